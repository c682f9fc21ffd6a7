namespace Trading.Engine.Bars;

/// <summary>From a bar on, up to the next span, the bars come from one source.</summary>
/// <param name="FirstBar">Index of the first bar of the span.</param>
/// <param name="Source">E.g. <c>polygon</c>, <c>synthetic</c>.</param>
public readonly record struct SourceSpan(int FirstBar, string Source);
