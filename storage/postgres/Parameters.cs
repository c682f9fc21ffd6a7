using Npgsql;
using NpgsqlTypes;

namespace Trading.Storage.Postgres;

/// <summary>Positional parameters of the journal's statements, typed, so that no value is boxed.</summary>
internal static class Parameters
{
    public static NpgsqlBatchCommand Of(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    public static NpgsqlParameter<byte[]> Bytes(byte[] value) => new NpgsqlParameter<byte[]> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    public static NpgsqlParameter<ReadOnlyMemory<byte>> Bytes(ReadOnlyMemory<byte> value) => new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    public static NpgsqlParameter<long> Number(long value) => new NpgsqlParameter<long> { TypedValue = value };

    public static NpgsqlParameter<int> Number(int value) => new NpgsqlParameter<int> { TypedValue = value };

    /// <summary>One field of every row, as an array.</summary>
    public static NpgsqlParameter<TField[]> Column<TRow, TField>(List<TRow> rows, Func<TRow, TField> field, NpgsqlDbType type)
    {
        var values = new TField[rows.Count];
        for (var row = 0; row < values.Length; row++) values[row] = field(rows[row]);
        return new NpgsqlParameter<TField[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
