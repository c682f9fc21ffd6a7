using System.Numerics;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Trading.Storage.Postgres;

/// <summary>Fields of read-model rows as arrays. Integers of a fixed unit travel as integers, and the statement multiplies them: nothing is rounded.</summary>
internal static class ReadModelColumns
{
    public static NpgsqlParameter Key<TRow>(List<(AppendRequest Append, TRow Row)> rows) => Parameters.Column(rows, one => one.Append.OrderKey, NpgsqlDbType.Bytea);

    public static NpgsqlParameter Id<TRow>(List<(AppendRequest Append, TRow Row)> rows) => Parameters.Column(rows, one => one.Append.Id, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Field<TRow, TField>(List<(AppendRequest Append, TRow Row)> rows, Func<TRow, TField> field, NpgsqlDbType type) =>
        Parameters.Column(rows, one => field(one.Row), type);

    public static NpgsqlParameter Text<TRow>(List<(AppendRequest Append, TRow Row)> rows, Func<TRow, string?> text) =>
        Parameters.Column(rows, one => Storable(text(one.Row)), NpgsqlDbType.Text);

    public static NpgsqlParameter Money<TRow>(List<(AppendRequest Append, TRow Row)> rows, Func<TRow, Int128?> units) =>
        Parameters.Column(rows, one => units(one.Row) is { } value ? (BigInteger?)(BigInteger)value : null, NpgsqlDbType.Numeric);

    public static NpgsqlParameter Instant<TRow>(List<(AppendRequest Append, TRow Row)> rows, Func<TRow, DateTimeOffset?> instant) =>
        Parameters.Column(rows, one => instant(one.Row)?.UtcDateTime, NpgsqlDbType.TimestampTz);

    /// <summary>Microseconds since 1970-01-01Z.</summary>
    public static NpgsqlParameter Micros<TRow>(List<(AppendRequest Append, TRow Row)> rows, Func<TRow, long?> micros) =>
        Parameters.Column(rows, one => micros(one.Row) is { } value ? DateTime.UnixEpoch.AddTicks(value * TimeSpan.TicksPerMicrosecond) : (DateTime?)null, NpgsqlDbType.TimestampTz);

    /// <summary>U+0000 and halves of surrogate pairs, which a text of PostgreSQL cannot hold, become U+FFFD. Nothing that came through a gateway has any.</summary>
    private static string? Storable(string? text)
    {
        if (text is null || !(text.Contains('\0', StringComparison.Ordinal) || text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))) return text;
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\ufffd');
    }
}
