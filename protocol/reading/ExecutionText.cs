using System.Text.Json;

namespace Trading.Protocol.Reading;

/// <summary>The object <c>execution</c> by itself, by the rules of <c>create_session</c>, for surfaces other than the session protocol.</summary>
public static class ExecutionText
{
    /// <param name="json">One JSON object, UTF-8.</param>
    /// <param name="fault">What was found wrong first; null when nothing was.</param>
    /// <returns>What was set; null when the text is <c>null</c>, or no object.</returns>
    public static ExecutionData? Read(ReadOnlySpan<byte> json, out MessageFault? fault)
    {
        try
        {
            var reader = new PayloadReader(json, fractionalQuantity: false, MessageReader.MaximumDepth);
            var data = ExecutionReader.Read(ref reader);
            fault = reader.Fault;
            return data;
        }
        catch (JsonException)
        {
            fault = new MessageFault(ErrorCodes.InvalidField, "execution: an object is expected", "execution");
            return null;
        }
    }
}
