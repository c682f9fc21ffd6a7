using Trading.GrainInterfaces.Tenants;

namespace Trading.Grains.Tenants;

/// <summary>
/// The batches that were let through in the current minute. An exchange that fails is repeated, and each repetition asks again: a batch counts once however often
/// that is (SIM-059). Holds at most as many names as orders are allowed in a minute.
/// </summary>
internal sealed class MinuteAnswers
{
    private readonly Dictionary<string, LimitVerdict> _answers = new(StringComparer.Ordinal);
    private DateTimeOffset _end;

    /// <summary>What the batch was told in the minute of <paramref name="now"/>; null when it was not let through in it.</summary>
    public LimitVerdict? Find(string batch, DateTimeOffset now)
    {
        if (now >= _end)
        {
            _answers.Clear();
            _end = FixedWindow.Minute.EndOf(now);
        }

        return _answers.GetValueOrDefault(batch);
    }

    /// <summary>Keeps an answer for the minute that <see cref="Find"/> was last asked in.</summary>
    public void Add(string batch, LimitVerdict answer) => _answers[batch] = answer;
}
