using IceSharp.Samples.Media;

namespace IceSharp.Tests.Samples;

public sealed class PacketPacerTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20), Late = TimeSpan.FromMilliseconds(3);

    [Fact]
    public async Task Late_wakeups_do_not_add_up()
    {
        LeapingTimeProvider time = new(Late);
        PacketPacer pacer = new(Interval, time);

        for (int i = 0; i < 1000; i++)
        {
            await pacer.WaitForNextAsync();
            time.Now.Should().Be(Interval * i + (i == 0 ? TimeSpan.Zero : Late));
        }
    }

    [Fact]
    public async Task Short_stall_is_caught_up_and_a_long_one_is_not()
    {
        LeapingTimeProvider time = new();
        PacketPacer pacer = new(Interval, time);
        await pacer.WaitForNextAsync();

        time.Advance(Interval * 3);
        await CountDueAsync(pacer, time, expected: 3);

        time.Advance(Interval * 100);
        await CountDueAsync(pacer, time, expected: 1);
    }

    private static async Task CountDueAsync(PacketPacer pacer, LeapingTimeProvider time, int expected)
    {
        TimeSpan stalled = time.Now;
        int due = -1;
        do
        {
            await pacer.WaitForNextAsync();
            due++;
        }
        while (time.Now == stalled);

        due.Should().Be(expected);
    }
}
