namespace Trading.Engine.Orders;

/// <summary>Numbers of the open orders, ascending: the order in which reservations are counted.</summary>
internal sealed class OpenOrders
{
    private int[] _numbers = [];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Numbers => _numbers.AsSpan(0, Count);

    public void Add(int number)
    {
        if (Count == _numbers.Length) Array.Resize(ref _numbers, Math.Max(4, Count * 2));
        var place = Count;
        for (; place > 0 && _numbers[place - 1] > number; place--) _numbers[place] = _numbers[place - 1];
        _numbers[place] = number;
        Count++;
    }

    public void Remove(int number)
    {
        var place = _numbers.AsSpan(0, Count).BinarySearch(number);
        _numbers.AsSpan(place + 1, Count - place - 1).CopyTo(_numbers.AsSpan(place));
        Count--;
    }

    public void Restore(ReadOnlySpan<int> numbers)
    {
        _numbers = numbers.ToArray();
        Count = numbers.Length;
    }
}
