using System.Text;
using NodaTime;
using Trading.MarketData.Calendars;
using Trading.MarketData.Sources;

namespace Trading.MarketData.Synthetic;

/// <summary>One ticker of the demo data is there.</summary>
/// <param name="Symbol">The ticker.</param>
/// <param name="WasMade">False when its file was already there and stays as it is.</param>
/// <param name="Done">Tickers done, this one included.</param>
/// <param name="Total">Tickers in all.</param>
public sealed record DemoDataProgress(string Symbol, bool WasMade, int Done, int Total);

/// <summary>Synthetic bars on disk, so that a fresh checkout has something to simulate.</summary>
public static class DemoData
{
    /// <summary>First date of the bars.</summary>
    public static readonly LocalDate FirstDate = new(2024, 1, 2);

    /// <summary>Last date of the bars.</summary>
    public static readonly LocalDate LastDate = new(2024, 12, 31);

    /// <summary>
    /// Makes <c>minute/{SYMBOL}.csv</c> for every ticker of <see cref="SyntheticUsEquities"/> that has none in <paramref name="directory"/>, and
    /// <c>minute/{SYMBOL}.source</c> beside it, which marks the bars as synthetic. Existing files stay as they are, whatever their seed or source.
    /// </summary>
    /// <remarks>A file appears whole or not at all, and never before its marker; several processes may do this at the same time.</remarks>
    /// <param name="directory">The data directory; made if missing.</param>
    /// <param name="seed">The same seed makes the same bars on every machine.</param>
    /// <param name="progress">Told after each ticker; may be null.</param>
    /// <param name="cancellationToken">Stops between tickers.</param>
    /// <returns>Number of tickers made.</returns>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public static async Task<int> EnsureAsync(string directory, long seed, IProgress<DemoDataProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var made = 0;
        var minutes = Directory.CreateDirectory(Path.Combine(directory, "minute")).FullName;
        var generator = new Lazy<SyntheticUsEquities>(() => new SyntheticUsEquities(seed, new UsEquityCalendar()));
        for (var index = 0; index < SyntheticUsEquities.Symbols.Count; index++)
        {
            var symbol = SyntheticUsEquities.Symbols[index];
            var path = Path.Combine(minutes, symbol + ".csv");
            var isMissing = !File.Exists(path);
            if (isMissing)
            {
                var text = await Task.Run(() => BarCsvWriter.Write(generator.Value.Bars(symbol, FirstDate, LastDate)), cancellationToken).ConfigureAwait(false);
                await WriteAsync(Path.ChangeExtension(path, CsvDirectoryBarSource.MarkerExtension), Encoding.ASCII.GetBytes(SyntheticUsEquities.SourceName + "\n"), cancellationToken).ConfigureAwait(false);
                await WriteAsync(path, text, cancellationToken).ConfigureAwait(false);
                made++;
            }

            progress?.Report(new DemoDataProgress(symbol, isMissing, index + 1, SyntheticUsEquities.Symbols.Count));
        }

        return made;
    }

    private static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path);
        }
        catch (IOException) when (File.Exists(path))
        {
            // somebody else was faster; the same name holds the same kind of file
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
