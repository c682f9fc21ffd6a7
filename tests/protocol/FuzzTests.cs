using System.Text;
using Trading.Protocol.Reading;

namespace Trading.Protocol.Tests;

public sealed class FuzzTests
{
    private static readonly string[] FormCodes = [ErrorCodes.InvalidMessage, ErrorCodes.UnknownMessageType, ErrorCodes.InvalidField, ErrorCodes.InvalidOrderQuantity];

    [Fact]
    public void The_good_frames_are_good()
    {
        foreach (var frame in FrameMutator.GoodFrames) Assert.Null(MessageReader.Read(Encoding.UTF8.GetBytes(frame)).Fault);
    }

    [Theory]
    [Trait("req", "SIM-091")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_mutated_frame_is_a_message_or_a_documented_fault_and_never_an_exception(int seed)
    {
        var mutator = new FrameMutator(seed);
        var faults = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var frame = mutator.NextBytes();
            var message = MessageReader.Read(frame, fractionalQuantity: i % 2 == 0);
            if (message.Fault is { } fault)
            {
                faults++;
                Assert.Contains(fault.Code, FormCodes);
                Assert.NotEmpty(fault.Message);
                Assert.Null(message.Payload);
            }
            else
            {
                Assert.NotEqual(ClientMessageType.None, message.Type);
            }
        }

        Assert.InRange(faults, 25_000, 50_000);
    }

    [Fact]
    public void The_same_seed_makes_the_same_frames()
    {
        var first = new FrameMutator(9);
        var second = new FrameMutator(9);
        for (var i = 0; i < 1_000; i++) Assert.Equal(first.NextText(), second.NextText());
    }

    [Fact]
    public void An_acknowledgement_is_read_without_allocating()
    {
        var frame = """{"type":"tick_ack","data":{"sequence_id":96,"processing_status":"ready"},"timestamp":"2026-02-03T09:15:02.034Z"}"""u8.ToArray();
        for (var i = 0; i < 1_000; i++) MessageReader.Read(frame);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) MessageReader.Read(frame);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
