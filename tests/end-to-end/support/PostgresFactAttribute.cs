namespace Trading.EndToEnd.Tests.Support;

/// <summary>Needs PostgreSQL's programs, which <c>./test</c> installs where it may.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute()
    {
        if (!Directory.Exists("/usr/lib/postgresql")) Skip = "PostgreSQL is not installed here (apt-get install postgresql-15)";
    }
}
