using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using Trading.Postgres.Tests.Support;

namespace Trading.Deployment.Tests.Support;

/// <summary>A private PostgreSQL with the users and the database that deploy/postgres/roles.sql makes, and passwords that count.</summary>
internal sealed class DatabaseServer : IDisposable
{
    public const string Owner = "trading_owner";
    public const string Silo = "trading_silo";
    public const string Gateway = "trading_gateway";

    private readonly PostgresServer _server = PostgresServer.New();
    private readonly DeploymentCopy _files;
    private readonly string _secrets;

    /// <param name="files">Where the scripts are.</param>
    /// <param name="secrets">The folder in it that deploy/make-secrets has filled.</param>
    public DatabaseServer(DeploymentCopy files, string secrets)
    {
        (_files, _secrets) = (files, secrets);
        RequirePasswords();
        RunRoles();
    }

    public int Port => _server.Port;

    /// <summary>How psql and the dump programs find the server; programs of this PostgreSQL come first.</summary>
    public Dictionary<string, string> Variables(string user, string database = "trading") => new(StringComparer.Ordinal)
    {
        ["PATH"] = $"{Path.GetDirectoryName(Machine.Psql)}:{Environment.GetEnvironmentVariable("PATH")}",
        ["PGHOST"] = "127.0.0.1",
        ["PGPORT"] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["PGUSER"] = user,
        ["PGDATABASE"] = database,
        ["PGPASSWORD"] = PasswordOf(user),
        ["PGGSSENCMODE"] = "disable",
    };

    /// <summary>Runs the script of users, as its head says; it may run again.</summary>
    public void RunRoles()
    {
        var variables = Variables("postgres", "postgres");
        foreach (var user in new[] { "owner", "silo", "gateway" }) variables[$"{user.ToUpperInvariant()}_PASSWORD_FILE"] = _files.At($"{_secrets}/postgres/{user}_password");
        _files.Run("psql", ["-v", "ON_ERROR_STOP=1", "-q", "-f", _files.At("deploy/postgres/roles.sql")], variables);
    }

    public string ConnectionString(string user, string database = "trading") =>
        $"Host=127.0.0.1;Port={Port};Username={user};Password={PasswordOf(user)};Database={database};SSL Mode=Disable;GSS Encryption Mode=Disable;Pooling=false";

    /// <summary>The first value that a statement gives.</summary>
    public object? Ask(string user, string sql, string database = "trading")
    {
        using var connection = new NpgsqlConnection(ConnectionString(user, database));
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }

    /// <summary>The SQLSTATE with which a statement is refused; null when it is not.</summary>
    public string? Refusal(string user, string sql)
    {
        try
        {
            Ask(user, sql);
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.SqlState;
        }
    }

    /// <summary>Lets the server speak TLS as <c>localhost</c>.</summary>
    /// <returns>The certificate to check it with, as PEM.</returns>
    public string UseTls()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var folder = (string)Ask("postgres", "SHOW data_directory")!;
        File.WriteAllText(Path.Combine(folder, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(folder, "tls.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (Environment.IsPrivilegedProcess) _files.Run("chown", ["postgres", Path.Combine(folder, "tls.key"), Path.Combine(folder, "tls.crt")]);
        foreach (var setting in new[] { "ssl_cert_file = 'tls.crt'", "ssl_key_file = 'tls.key'", "ssl = on" }) Ask("postgres", $"ALTER SYSTEM SET {setting}");
        Ask("postgres", "SELECT pg_reload_conf()");
        return certificate.ExportCertificatePem();
    }

    public void Dispose() => _server.Dispose();

    private string PasswordOf(string user) => user == "postgres" ? "" : File.ReadAllText(_files.At($"{_secrets}/postgres/{user["trading_".Length..]}_password"));

    /// <summary>The server of the tests trusts everybody; these users have to know their passwords.</summary>
    private void RequirePasswords()
    {
        using var connection = new NpgsqlConnection(_server.ConnectionString("postgres") + ";Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand("SHOW hba_file", connection);
        var rules = (string)command.ExecuteScalar()!;
        File.WriteAllText(rules, $"host all {Owner},{Silo},{Gateway} 127.0.0.1/32 scram-sha-256\n" + File.ReadAllText(rules));
        command.CommandText = "SELECT pg_reload_conf()";
        command.ExecuteNonQuery();
    }
}
