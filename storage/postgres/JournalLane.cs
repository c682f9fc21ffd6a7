using System.Data;
using Npgsql;

namespace Trading.Storage.Postgres;

/// <summary>One of the commits that may be in flight, with a connection that it keeps: taking one from the pool and giving it back costs as much as a small statement.</summary>
internal sealed class JournalLane(NpgsqlDataSource database) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;

    public async ValueTask<NpgsqlConnection> ConnectAsync()
    {
        if (_connection is { State: ConnectionState.Open } ready) return ready;
        await DropAsync().ConfigureAwait(false);
        return _connection = await database.OpenConnectionAsync().ConfigureAwait(false);
    }

    /// <summary>Gives the connection up: the next commit takes another one.</summary>
    public async ValueTask DropAsync()
    {
        if (_connection is not { } connection) return;
        _connection = null;
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => DropAsync();
}
