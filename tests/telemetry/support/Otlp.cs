using System.Globalization;

namespace Trading.Telemetry.Tests.Support;

/// <param name="Resource">Attributes of the process that sent it.</param>
/// <param name="Source">Name of the span source.</param>
/// <param name="ParentId">Empty for a root.</param>
/// <param name="Links">Trace and span ids of the linked spans.</param>
internal sealed record OtlpSpan(
    IReadOnlyDictionary<string, string> Resource,
    string Source,
    string TraceId,
    string SpanId,
    string ParentId,
    string Name,
    int Kind,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyList<(string TraceId, string SpanId)> Links);

/// <param name="Kind">gauge, sum, up_down (a sum that may fall) or histogram.</param>
/// <param name="Value">The value; of a histogram its sum.</param>
/// <param name="Count">Measurements of a histogram.</param>
internal sealed record OtlpPoint(
    IReadOnlyDictionary<string, string> Resource,
    string Meter,
    string Name,
    string Unit,
    string Kind,
    IReadOnlyDictionary<string, string> Labels,
    double Value,
    long Count,
    IReadOnlyList<double> Bounds);

internal sealed record OtlpLog(
    IReadOnlyDictionary<string, string> Resource, string Category, string Body, string TraceId, string SpanId, string Severity, IReadOnlyDictionary<string, string> Attributes);

/// <summary>The parts of the OpenTelemetry protocol that the tests look at (opentelemetry-proto, messages of the collector services, v1); field numbers are the protocol's.</summary>
internal static class Otlp
{
    public static IEnumerable<OtlpSpan> Spans(ReadOnlyMemory<byte> request) =>
        from sent in Scopes(request)
        from span in ProtoReader.Messages(sent.Content, 2)
        select Span(sent.Resource, sent.Scope, span);

    public static IEnumerable<OtlpPoint> Points(ReadOnlyMemory<byte> request) =>
        from sent in Scopes(request)
        from metric in ProtoReader.Messages(sent.Content, 2)
        from point in Metric(sent.Resource, sent.Scope, metric)
        select point;

    public static IEnumerable<OtlpLog> Logs(ReadOnlyMemory<byte> request) =>
        from sent in Scopes(request)
        from record in ProtoReader.Messages(sent.Content, 2)
        select Log(sent.Resource, sent.Scope, record);

    /// <summary>Resource, scope and the message that holds the scope's items: the same form for all three signals.</summary>
    private static IEnumerable<(Dictionary<string, string> Resource, string Scope, ReadOnlyMemory<byte> Content)> Scopes(ReadOnlyMemory<byte> request)
    {
        foreach (var resource in ProtoReader.Messages(request, 1))
        {
            var attributes = ProtoReader.Messages(resource, 1).SelectMany(one => Attributes(one, 1)).ToDictionary();
            foreach (var scope in ProtoReader.Messages(resource, 2))
            {
                var name = ProtoReader.Messages(scope, 1).SelectMany(ProtoReader.Fields).FirstOrDefault(field => field.Number == 1);
                yield return (attributes, name.Text, scope);
            }
        }
    }

    private static OtlpSpan Span(Dictionary<string, string> resource, string source, ReadOnlyMemory<byte> message)
    {
        var fields = ProtoReader.Fields(message);
        return new(
            resource,
            source,
            One(fields, 1).Hex,
            One(fields, 2).Hex,
            One(fields, 4).Hex,
            One(fields, 5).Text,
            (int)One(fields, 6).Scalar,
            Attributes(message, 9).ToDictionary(),
            [.. ProtoReader.Messages(message, 13).Select(link => (One(ProtoReader.Fields(link), 1).Hex, One(ProtoReader.Fields(link), 2).Hex))]);
    }

    private static IEnumerable<OtlpPoint> Metric(Dictionary<string, string> resource, string meter, ReadOnlyMemory<byte> message)
    {
        var fields = ProtoReader.Fields(message);
        var (name, unit) = (One(fields, 1).Text, One(fields, 3).Text);
        foreach (var data in fields.Where(field => field.Number is 5 or 7 or 9))
        {
            var isFalling = data.Number == 7 && One(ProtoReader.Fields(data.Bytes), 3).Scalar == 0;
            var kind = data.Number switch { 5 => "gauge", 9 => "histogram", _ => isFalling ? "up_down" : "sum" };
            foreach (var point in ProtoReader.Messages(data.Bytes, 1))
            {
                var values = ProtoReader.Fields(point);
                var labels = Attributes(point, kind == "histogram" ? 9 : 7).ToDictionary();
                yield return kind == "histogram"
                    ? new(resource, meter, name, unit, kind, labels, One(values, 5).Double, (long)One(values, 4).Scalar, Doubles(values, 7))
                    : new(resource, meter, name, unit, kind, labels, values.Any(field => field.Number == 4) ? One(values, 4).Double : (long)One(values, 6).Scalar, 1, []);
            }
        }
    }

    private static OtlpLog Log(Dictionary<string, string> resource, string category, ReadOnlyMemory<byte> message)
    {
        var fields = ProtoReader.Fields(message);
        return new(resource, category, Value(One(fields, 5).Bytes), One(fields, 9).Hex, One(fields, 10).Hex, One(fields, 3).Text, Attributes(message, 6).ToDictionary());
    }

    private static IEnumerable<KeyValuePair<string, string>> Attributes(ReadOnlyMemory<byte> message, int number) =>
        ProtoReader.Messages(message, number).Select(ProtoReader.Fields).Select(pair => KeyValuePair.Create(One(pair, 1).Text, Value(One(pair, 2).Bytes))).DistinctBy(pair => pair.Key);

    private static string Value(ReadOnlyMemory<byte> any)
    {
        foreach (var field in ProtoReader.Fields(any))
        {
            return field.Number switch
            {
                1 => field.Text,
                2 => field.Scalar == 0 ? "false" : "true",
                3 => ((long)field.Scalar).ToString(CultureInfo.InvariantCulture),
                4 => field.Double.ToString(CultureInfo.InvariantCulture),
                _ => field.Hex,
            };
        }

        return "";
    }

    private static double[] Doubles(List<ProtoField> fields, int number)
    {
        var packed = One(fields, number).Bytes;
        return [.. Enumerable.Range(0, packed.Length / 8).Select(at => BitConverter.ToDouble(packed.Span[(at * 8)..]))];
    }

    private static ProtoField One(List<ProtoField> fields, int number) => fields.Find(field => field.Number == number);
}
