using System.Text;

namespace Trading.Gateway.Rest;

/// <summary>Enumeration names as the wire spells them.</summary>
internal static class Names
{
    internal static string Snake<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        var text = new StringBuilder(name.Length + 4);
        foreach (var character in name)
        {
            if (char.IsAsciiLetterUpper(character) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(character));
        }

        return text.ToString();
    }

    internal static string TimeInForce(Engine.Orders.TimeInForce value) => value switch
    {
        Engine.Orders.TimeInForce.GoodTilCancelled => "gtc",
        Engine.Orders.TimeInForce.ImmediateOrCancel => "ioc",
        Engine.Orders.TimeInForce.FillOrKill => "fok",
        _ => "day",
    };
}
