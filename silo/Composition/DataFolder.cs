using System.Security.Cryptography;

namespace Trading.Silo.Composition;

/// <summary>The folder that holds everything the service stores, locked against a second process for as long as this one runs.</summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int SigningKeyBytes = 32;

    private readonly FileStream? _lock;

    private DataFolder(string path, FileStream? @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    public string Journal => At("journal");

    public string Accounts => At("accounts");

    public string Usage => At("usage");

    public string Results => At("results");

    public string GrainStates => At("grains");

    public string Reminders => At("reminders");

    public string Bars => At("bars");

    /// <summary>The API key of the demo account, readable by the owner only.</summary>
    public string DemoKeyFile => At("demo.key");

    /// <summary>Takes the folder, and makes it if need be.</summary>
    /// <exception cref="StartException">It cannot be written, or another process uses it.</exception>
    public static DataFolder Open(string path)
    {
        CreatePrivate(path);
        var lockFile = System.IO.Path.Combine(path, "lock");
        try
        {
            // The operating system gives the lock back however the process ends.
            return new DataFolder(path, new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new StartException($"the data folder {path} cannot be written: {OneLine(problem)}");
        }
        catch (IOException problem)
        {
            throw new StartException(IsLocked(problem)
                ? $"the data folder {path} is in use by another process of this service; stop it, or choose another folder with --data"
                : $"the data folder {path} cannot be written: {OneLine(problem)}");
        }
    }

    /// <summary>The folder without taking it: for commands that may run beside the service.</summary>
    /// <exception cref="StartException">It cannot be made.</exception>
    public static DataFolder Locate(string path)
    {
        CreatePrivate(path);
        return new DataFolder(path, null);
    }

    /// <summary>The key that signs tokens, in base64: random, made at the first start, readable by the owner only.</summary>
    /// <exception cref="StartException">The stored key is damaged.</exception>
    public string SigningKey()
    {
        var file = At("signing.key");
        if (!File.Exists(file)) WriteSecret(file, Convert.ToBase64String(RandomNumberGenerator.GetBytes(SigningKeyBytes)));
        var key = File.ReadAllText(file).Trim();
        if (!Convert.TryFromBase64String(key, new byte[SigningKeyBytes], out var bytes) || bytes != SigningKeyBytes)
        {
            throw new StartException($"{file} does not hold a signing key; remove it to make a new one (all tokens end with it)");
        }

        return key;
    }

    /// <summary>Writes a small file that only the owner may read, whole or not at all.</summary>
    public static void WriteSecret(string file, string text)
    {
        var draft = file + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using (var stream = new FileStream(draft, options))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, file, overwrite: true);
    }

    public void Dispose() => _lock?.Dispose();

    private string At(string name) => System.IO.Path.Combine(Path, name);

    private static void CreatePrivate(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"the data folder {path} cannot be made: {OneLine(problem)}");
        }
    }

    // EWOULDBLOCK of Linux and of macOS, and Windows' sharing violation
    private static bool IsLocked(IOException problem) => problem.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static string OneLine(Exception problem) => problem.Message.ReplaceLineEndings(" ");
}
