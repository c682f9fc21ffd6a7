using Trading.Engine.Orders;
using Trading.Grains.Runs;

namespace Trading.Grains.Tests.Runs;

/// <summary>The strategy against a computation in decimals that keeps every close and adds them up anew each time.</summary>
public class SmaCrossTests
{
    [Fact]
    public void The_orders_are_those_of_averages_in_decimals()
    {
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            var fast = random.Next(2, 40);
            var slow = random.Next(fast + 1, 80);
            var (quantity, isShort) = (random.NextInt64(1, 1_000_000_000), random.Next(2) == 0);
            var closes = Walk(random, 400, random.Next(3));
            Assert.Equal(Naive(closes, fast, slow, quantity, isShort), Orders(closes, fast, slow, quantity, isShort));
        }
    }

    [Fact]
    public void Equal_averages_are_not_above()
    {
        Assert.Empty(Orders([100, 100, 100, 100, 100], 2, 3, 5, isShort: false));
        Assert.Equal([(2, OrderSide.Sell, 5)], Orders([100, 100, 100, 100, 100], 2, 3, 5, isShort: true));
    }

    [Fact]
    public void Nothing_is_decided_before_the_slow_average_is_known()
    {
        Assert.Empty(Orders([1, 2, 3, 4], 2, 5, 5, isShort: true));
        Assert.Equal([(4, OrderSide.Buy, 5)], Orders([1, 2, 3, 4, 5], 2, 5, 5, isShort: true));
    }

    [Fact]
    public void The_largest_prices_and_quantities_are_compared_exactly()
    {
        const long high = long.MaxValue / 2;
        var closes = Enumerable.Repeat(high, 1_000).Append(high + 1).ToArray();
        Assert.Equal([(1_000, OrderSide.Buy, 2 * 4_500_000_000_000_000_000)], Orders(closes, 500, 1_000, 4_500_000_000_000_000_000, isShort: true).Skip(1));
    }

    [Fact]
    public void What_comes_later_changes_no_order_given_before()
    {
        var random = new Random(5);
        var closes = Walk(random, 300, 1);
        var orders = Orders(closes, 3, 8, 10, isShort: true);
        for (var cut = 20; cut < closes.Length; cut += 7)
        {
            var changed = closes.Select((close, at) => at < cut ? close : close + random.Next(-500, 500)).ToArray();
            Assert.Equal(orders.Where(order => order.Bar < cut), Orders(changed, 3, 8, 10, isShort: true).Where(order => order.Bar < cut));
        }
    }

    private static long[] Walk(Random random, int count, int kind)
    {
        var closes = new long[count];
        long price = 10_000;
        for (var at = 0; at < count; at++)
        {
            // kinds: steady, with many equal averages, wild
            price = Math.Max(1, price + kind switch { 0 => random.Next(-20, 21), 1 => random.Next(-1, 2), _ => random.Next(-5_000, 5_001) });
            closes[at] = price;
        }

        return closes;
    }

    private static List<(int Bar, OrderSide Side, long Quantity)> Orders(long[] closes, int fast, int slow, long quantity, bool isShort)
    {
        var strategy = new SmaCross(fast, slow, quantity, isShort);
        var orders = new List<(int, OrderSide, long)>();
        for (var at = 0; at < closes.Length; at++)
        {
            if (strategy.Close(closes[at], out var side, out var size)) orders.Add((at, side, size));
        }

        return orders;
    }

    private static List<(int Bar, OrderSide Side, long Quantity)> Naive(long[] closes, int fast, int slow, long quantity, bool isShort)
    {
        var orders = new List<(int, OrderSide, long)>();
        long position = 0;
        for (var at = slow - 1; at < closes.Length; at++)
        {
            // without a division: averages of equal length are exact in decimals only by luck
            decimal fastSum = 0, slowSum = 0;
            for (var back = 0; back < fast; back++) fastSum += closes[at - back];
            for (var back = 0; back < slow; back++) slowSum += closes[at - back];
            var target = fastSum * slow > slowSum * fast ? quantity : isShort ? -quantity : 0;
            if (target != position) orders.Add((at, target > position ? OrderSide.Buy : OrderSide.Sell, Math.Abs(target - position)));
            position = target;
        }

        return orders;
    }
}
