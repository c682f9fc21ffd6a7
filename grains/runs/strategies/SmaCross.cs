using Trading.Engine.Orders;

namespace Trading.Grains.Runs;

/// <summary>
/// Long while the average of the last <c>fast</c> closes is above that of the last <c>slow</c> ones; otherwise out, or short. The averages are compared exactly, as integers.
/// </summary>
/// <remarks>Decides by what it has ordered, not by what was filled, as the clients' example does: a refused order is not given again before the next crossing.</remarks>
internal sealed class SmaCross
{
    private readonly int _fast;
    private readonly long _long;
    private readonly long _short;

    /// <summary>The last closes, one place for each bar of the slow average.</summary>
    private readonly long[] _closes;

    private Int128 _fastSum;
    private Int128 _slowSum;
    private int _next;
    private int _known;
    private long _position;

    /// <param name="fast">Bars of the fast average.</param>
    /// <param name="slow">Bars of the slow average, more than those of the fast one.</param>
    /// <param name="quantity">Size of a position, 10⁻⁸.</param>
    /// <param name="isShort">Sells short below the slow average.</param>
    public SmaCross(int fast, int slow, long quantity, bool isShort)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fast, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(slow, fast);
        _fast = fast;
        _closes = new long[slow];
        _long = quantity;
        _short = isShort ? -quantity : 0;
    }

    /// <summary>Takes note of a bar that has closed.</summary>
    /// <returns>The order to give now; false when there is none.</returns>
    public bool Close(long price, out OrderSide side, out long quantity)
    {
        Note(price);
        side = OrderSide.Buy;
        quantity = 0;
        if (_known < _closes.Length) return false;
        var target = _fastSum * _closes.Length > _slowSum * _fast ? _long : _short;
        var change = checked(target - _position);
        _position = target;
        if (change == 0) return false;
        side = change > 0 ? OrderSide.Buy : OrderSide.Sell;
        quantity = Math.Abs(change);
        return true;
    }

    private void Note(long price)
    {
        var slow = _closes.Length;
        if (_known >= _fast) _fastSum -= _closes[_next >= _fast ? _next - _fast : _next - _fast + slow];
        if (_known == slow) _slowSum -= _closes[_next];
        else _known++;
        _fastSum += price;
        _slowSum += price;
        _closes[_next] = price;
        if (++_next == slow) _next = 0;
    }
}
