using System.Buffers.Binary;
using System.Security.Cryptography;
using Trading.Engine.Bars;
using Trading.MarketData.Cache;

namespace Trading.MarketData.Tests.Cache;

public sealed class BarFingerprintsTests
{
    // 13:20 to 13:39, open at 13:30
    private static readonly BarSeries Series = TestBars.Minutes("KO", "2024-07-16 13:20", 20);
    private readonly BarFingerprints _fingerprints = new();

    [Theory]
    [InlineData("2024-07-16 13:00", "2024-07-16 14:00", false, 10, 20)]
    [InlineData("2024-07-16 13:00", "2024-07-16 14:00", true, 0, 20)]
    [InlineData("2024-07-16 13:31", "2024-07-16 13:33", false, 11, 13)]
    [InlineData("2024-07-16 13:00", "2024-07-16 13:30", false, 10, 10)]
    public void A_fingerprint_is_the_hash_of_the_little_endian_bars_in_range_and_session(string start, string end, bool extendedHours, int first, int afterLast)
    {
        var bytes = new List<byte>();
        for (var bar = first; bar < afterLast; bar++)
        {
            foreach (var value in new[] { Series.OpenTime[bar], Series.Open[bar], Series.High[bar], Series.Low[bar], Series.Close[bar], Series.Volume[bar] })
            {
                var eight = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(eight, value);
                bytes.AddRange(eight);
            }
        }

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray())), _fingerprints.Of(Series, TestTime.At(start), TestTime.At(end), extendedHours));
    }

    [Fact]
    public void Ranges_over_the_same_bars_are_hashed_once()
    {
        var one = _fingerprints.Of(Series, TestTime.At("2024-07-16 13:00"), TestTime.At("2024-07-16 14:00"), true);
        Assert.Same(one, _fingerprints.Of(Series, TestTime.At("2024-07-16 13:00"), TestTime.At("2024-07-16 14:00"), true));
        Assert.Same(one, _fingerprints.Of(Series, TestTime.At("2024-07-01 00:00"), TestTime.At("2024-08-01 00:00"), true));
        Assert.NotEqual(one, _fingerprints.Of(Series, TestTime.At("2024-07-16 13:00"), TestTime.At("2024-07-16 14:00"), false));
        Assert.NotSame(one, _fingerprints.Of(TestBars.Minutes("KO", "2024-07-16 13:20", 20), TestTime.At("2024-07-16 13:00"), TestTime.At("2024-07-16 14:00"), true));
    }
}
