using System.Collections.Concurrent;
using System.Text.Json;
using Orleans.Runtime;

namespace Orleans.Embedded;

/// <summary>A registered reminder. It ticks at <paramref name="StartAt"/> and every <paramref name="Period"/> after it; times are UTC.</summary>
internal sealed record ReminderEntry(string GrainId, string Name, DateTime StartAt, TimeSpan Period)
{
    public GrainId Grain => Runtime.GrainId.Parse(GrainId);
}

/// <summary>Where reminders are kept.</summary>
internal interface IReminderStore
{
    Task<IReadOnlyList<ReminderEntry>> LoadAll();

    Task Save(ReminderEntry entry);

    Task Delete(ReminderEntry entry);
}

internal sealed class MemoryReminderStore : IReminderStore
{
    private readonly ConcurrentDictionary<(string, string), ReminderEntry> _entries = new();

    public Task<IReadOnlyList<ReminderEntry>> LoadAll() => Task.FromResult<IReadOnlyList<ReminderEntry>>([.. _entries.Values]);

    public Task Save(ReminderEntry entry)
    {
        _entries[(entry.GrainId, entry.Name)] = entry;
        return Task.CompletedTask;
    }

    public Task Delete(ReminderEntry entry)
    {
        _entries.TryRemove((entry.GrainId, entry.Name), out _);
        return Task.CompletedTask;
    }
}

/// <summary>One JSON file per reminder.</summary>
internal sealed class FileReminderStore(string folder) : IReminderStore
{
    private readonly string _folder = Path.GetFullPath(folder);

    public async Task<IReadOnlyList<ReminderEntry>> LoadAll()
    {
        var entries = new List<ReminderEntry>();
        if (Directory.Exists(_folder))
        {
            foreach (var path in Directory.EnumerateFiles(_folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                var content = await File.ReadAllBytesAsync(path).ConfigureAwait(false);
                entries.Add(JsonSerializer.Deserialize<ReminderEntry>(content) ?? throw new InvalidDataException($"{path} holds no reminder"));
            }
        }

        return entries;
    }

    public Task Save(ReminderEntry entry) => AtomicFile.Write(PathOf(entry), JsonSerializer.SerializeToUtf8Bytes(entry));

    public Task Delete(ReminderEntry entry)
    {
        File.Delete(PathOf(entry));
        return Task.CompletedTask;
    }

    private string PathOf(ReminderEntry entry) => Path.Combine(
        _folder, AtomicFile.Name(entry.Grain.Type.Value), $"{AtomicFile.Name(entry.Grain.Key.Value)}.{AtomicFile.Name(entry.Name)}.json");
}
