using System.CommandLine;
using System.Globalization;
using Trading.Storage.Accounts;
using Trading.Storage.Usage;

namespace Trading.Silo.Admin;

/// <summary>
/// The administrative command line of the account system: <c>tenant</c>, <c>key</c>, <c>plan</c> and <c>usage</c>. Plain text goes to the output, problems to the error writer.
/// </summary>
/// <remarks>Exit codes: 0 done; 1 refused, the error says why; 2 the command line itself is wrong.</remarks>
public sealed class AdminCommands(IAccountStore accounts, IUsageStore usage, TextWriter output, TextWriter error)
{
    private const int Refused = 1;
    private const int Misused = 2;

    /// <summary>The first words that belong to this class; a host hands over command lines that start with one of them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["tenant", "key", "plan", "usage"];

    /// <summary>Runs one command line.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken ct)
    {
        var root = new RootCommand("Accounts, API keys, plans and usage.") { TenantCommand(), KeyCommand(), PlanCommand(), UsageCommand() };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors)
                await error.WriteLineAsync(problem.Message).ConfigureAwait(false);
            return Misused;
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }, ct).ConfigureAwait(false);
        }
        catch (AccountException exception)
        {
            await error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return Refused;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await error.WriteLineAsync($"The account files cannot be used: {exception.Message}").ConfigureAwait(false);
            return Refused;
        }
    }

    private Command TenantCommand()
    {
        var command = new Command("tenant", "Create, list and change accounts.") { CreateTenant(), SetTenant() };
        var list = new Command("list", "List all accounts.");
        list.SetAction((_, ct) => ListTenantsAsync(ct));
        command.Add(list);
        return command;
    }

    private Command CreateTenant()
    {
        var name = new Option<string>("--name") { Description = "Name for people.", DefaultValueFactory = _ => "" };
        var plan = PlanOption();
        var tier = TierOption();
        var payPerUse = new Option<bool>("--pay-per-use") { Description = "Charge by use." };
        var limits = LimitOption();
        var unlimited = UnlimitedOption();
        var command = new Command("create", "Create an account.") { name, plan, tier, payPerUse, limits, unlimited };
        command.SetAction(async (parsed, ct) =>
        {
            var overrides = Limits(parsed.GetValue(limits), parsed.GetValue(unlimited));
            var account = await accounts.CreateAsync(
                new NewAccount(parsed.GetValue(name) ?? "")
                {
                    Plan = parsed.GetValue(plan),
                    Tier = parsed.GetValue(tier),
                    PayPerUse = parsed.GetValue(payPerUse),
                    LimitOverrides = overrides.Where(limit => limit.Value is not null).ToDictionary(limit => limit.Key, limit => limit.Value!.Value),
                },
                ct).ConfigureAwait(false);
            await output.WriteLineAsync(account.UserId).ConfigureAwait(false);
        });
        return command;
    }

    private Command SetTenant()
    {
        var user = UserArgument();
        var name = new Option<string?>("--name") { Description = "Name for people." };
        var plan = PlanOption();
        var tier = TierOption();
        var payPerUse = new Option<bool?>("--pay-per-use") { Description = "Charge by use: true or false." };
        var limits = LimitOption();
        var unlimited = UnlimitedOption();
        var command = new Command("set", "Change an account.") { user, name, plan, tier, payPerUse, limits, unlimited };
        command.SetAction(async (parsed, ct) =>
        {
            var update = new AccountUpdate
            {
                Name = parsed.GetValue(name),
                Plan = parsed.GetValue(plan),
                Tier = parsed.GetValue(tier),
                PayPerUse = parsed.GetValue(payPerUse),
                Limits = Limits(parsed.GetValue(limits), parsed.GetValue(unlimited)),
            };
            await PrintAsync(await accounts.UpdateAsync(parsed.GetRequiredValue(user), update, ct).ConfigureAwait(false)).ConfigureAwait(false);
        });
        return command;
    }

    private Command KeyCommand()
    {
        var user = UserArgument();
        var issue = new Command("issue", "Issue an API key; it is shown once.") { user };
        issue.SetAction(async (parsed, ct) => await PrintAsync(await accounts.IssueKeyAsync(parsed.GetRequiredValue(user), ct).ConfigureAwait(false)).ConfigureAwait(false));

        var rotated = KeyArgument();
        var rotate = new Command("rotate", "Issue a new key and retire the named one; open connections live on.") { rotated };
        rotate.SetAction(async (parsed, ct) => await PrintAsync(await accounts.RotateKeyAsync(parsed.GetRequiredValue(rotated), ct).ConfigureAwait(false)).ConfigureAwait(false));

        var disabled = KeyArgument();
        var disable = new Command("disable", "Revoke a key and close the connections opened through it.") { disabled };
        disable.SetAction(async (parsed, ct) => await accounts.DisableKeyAsync(parsed.GetRequiredValue(disabled), ct).ConfigureAwait(false));

        var enabled = KeyArgument();
        var enable = new Command("enable", "Make a disabled key usable again.") { enabled };
        enable.SetAction(async (parsed, ct) => await accounts.EnableKeyAsync(parsed.GetRequiredValue(enabled), ct).ConfigureAwait(false));

        var owner = UserArgument();
        var list = new Command("list", "List the keys of an account, without the keys themselves.") { owner };
        list.SetAction(async (parsed, ct) =>
        {
            foreach (var key in (await RequireAsync(parsed.GetRequiredValue(owner), ct).ConfigureAwait(false)).Keys)
                await output.WriteLineAsync(Line($"{key.KeyId}  {key.State.ToString().ToLowerInvariant(),-8}  issued {key.CreatedAt:yyyy-MM-dd HH:mm}")).ConfigureAwait(false);
        });
        return new Command("key", "Issue, rotate, disable and list API keys.") { issue, rotate, disable, enable, list };
    }

    private Command PlanCommand()
    {
        var plan = new Argument<Plan>("plan") { Description = "free, professional or enterprise." };
        var limits = LimitOption();
        var set = new Command("set", "Change limits of a plan for all its users.") { plan, limits };
        set.SetAction(async (parsed, ct) =>
        {
            foreach (var (name, value) in Limits(parsed.GetValue(limits), unlimited: false))
                await accounts.SetPlanLimitAsync(parsed.GetRequiredValue(plan), name, value, ct).ConfigureAwait(false);
        });
        var list = new Command("list", "List the limits of all plans.");
        list.SetAction(async (_, ct) =>
        {
            foreach (var each in Enum.GetValues<Plan>())
            {
                await output.WriteLineAsync(each.ToString().ToLowerInvariant()).ConfigureAwait(false);
                await PrintAsync(await accounts.PlanLimitsAsync(each, ct).ConfigureAwait(false)).ConfigureAwait(false);
            }
        });
        return new Command("plan", "List and change the limits of plans.") { set, list };
    }

    private Command UsageCommand()
    {
        var user = UserArgument();
        var from = new Option<DateOnly?>("--from") { Description = "First UTC day, yyyy-MM-dd." };
        var to = new Option<DateOnly?>("--to") { Description = "Last UTC day, yyyy-MM-dd." };
        var show = new Command("show", "Show metering records and, for a pay-per-use account, what each one costs.") { user, from, to };
        show.SetAction(async (parsed, ct) =>
        {
            var account = await RequireAsync(parsed.GetRequiredValue(user), ct).ConfigureAwait(false);
            var total = 0m;
            await foreach (var record in usage.ReadAsync(account.UserId, parsed.GetValue(from) ?? DateOnly.MinValue, parsed.GetValue(to) ?? DateOnly.MaxValue, ct).ConfigureAwait(false))
            {
                var price = UsagePricing.Charges(account.PayPerUse, [record]).Sum(line => line.AmountUsd);
                total += price;
                await output.WriteLineAsync(Line($"{record.Day:yyyy-MM-dd}  {record.Session}  {record.Kind.ToString().ToLowerInvariant()} {record.Quantity}  {price:0.#####} USD")).ConfigureAwait(false);
            }
            await output.WriteLineAsync(Line($"total {total:0.#####} USD")).ConfigureAwait(false);
        });
        return new Command("usage", "Monitor usage.") { show };
    }

    private static Argument<string> UserArgument() => new("user") { Description = "User id, user_…" };

    private static Argument<string> KeyArgument() => new("key-id") { Description = "Id of the key, as listed by: key list" };

    private static Option<Plan?> PlanOption() => new("--plan") { Description = "free, professional or enterprise." };

    private static Option<BillingTier?> TierOption() => new("--tier") { Description = "none, starter, pro or enterprise." };

    private static Option<bool> UnlimitedOption() => new("--unlimited") { Description = "Lift every limit of the account." };

    private static Option<string[]> LimitOption() => new("--limit") { Description = "name=value, name=unlimited, or name=plan for the plan's value. May be repeated." };

    private static Dictionary<string, long?> Limits(string[]? settings, bool unlimited)
    {
        var limits = new Dictionary<string, long?>(StringComparer.Ordinal);
        foreach (var name in unlimited ? LimitNames.All : [])
            limits[name] = LimitNames.Unlimited;
        foreach (var setting in settings ?? [])
        {
            if (setting.Split('=') is not [var name, var value])
                throw new AccountException($"'{setting}' is not of the form name=value.");
            limits[name] = value switch
            {
                "unlimited" => LimitNames.Unlimited,
                "plan" => null,
                _ => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw new AccountException($"{name} cannot be '{value}': it must be a number, unlimited, or plan."),
            };
        }
        return limits;
    }

    private async Task<Account> RequireAsync(string userId, CancellationToken ct) =>
        await accounts.FindAsync(userId, ct).ConfigureAwait(false) ?? throw new AccountException($"There is no user '{userId}'.");

    private async Task ListTenantsAsync(CancellationToken ct)
    {
        foreach (var account in await accounts.ListAsync(ct).ConfigureAwait(false))
        {
            var keys = account.Keys.Count(key => key.State == ApiKeyState.Active);
            await output.WriteLineAsync(Line(
                $"{account.UserId}  {account.Plan.ToString().ToLowerInvariant(),-12}  {account.Tier.ToString().ToLowerInvariant(),-10}  {(account.PayPerUse ? "pay-per-use" : "flat"),-11}  {keys} active keys  {account.Name}")).ConfigureAwait(false);
        }
    }

    private async Task PrintAsync(Account account)
    {
        await output.WriteLineAsync(Line(
            $"{account.UserId}  plan {account.Plan.ToString().ToLowerInvariant()}  tier {account.Tier.ToString().ToLowerInvariant()}  {(account.PayPerUse ? "pay-per-use" : "flat")}  {account.Name}")).ConfigureAwait(false);
        await PrintAsync(account.LimitOverrides).ConfigureAwait(false);
    }

    private async Task PrintAsync(IReadOnlyDictionary<string, long> limits)
    {
        foreach (var (name, value) in limits.OrderBy(limit => limit.Key, StringComparer.Ordinal))
            await output.WriteLineAsync(value == LimitNames.Unlimited ? $"  {name} = unlimited" : Line($"  {name} = {value}")).ConfigureAwait(false);
    }

    private async Task PrintAsync(IssuedApiKey key)
    {
        await output.WriteLineAsync(key.Secret).ConfigureAwait(false);
        await error.WriteLineAsync($"Key {key.KeyId} of {key.UserId}. It is stored only as a hash: keep it now, it is not shown again.").ConfigureAwait(false);
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
