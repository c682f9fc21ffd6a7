namespace Trading.GrainInterfaces;

/// <summary>Names of the streams. They carry hints only: whoever sees a gap in the sequence asks the grain (DESIGN idea 4).</summary>
public static class StreamNames
{
    /// <summary>The stream provider.</summary>
    public const string Provider = "hints";

    /// <summary>Namespace of <c>positions/{session}</c>; key = the portfolio's grain key, items = <see cref="Portfolios.PortfolioUpdate"/>.</summary>
    public const string Positions = "positions";
}
