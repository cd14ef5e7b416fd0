using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using IceSharp.Internal.Driver;
using IceSharp.Internal.Network;
using IceSharp.Protocol;

namespace IceSharp.Tests.Network;

public class PollerTests
{
    private static readonly LoopClock s_clock = new(TimeProvider.System);
    private readonly long[] _ready = new long[Poller.MaxReady];

    [Theory, InlineData(false), InlineData(true)]
    public void Readable_sockets_are_reported_until_they_are_read(bool portable)
    {
        using var poller = Poller.Create(portable);
        using Socket silent = Bind(), loud = Bind();
        poller.Add(silent, 7);
        poller.Add(loud, 8);
        loud.SendTo(new byte[1], loud.LocalEndPoint!);

        for (int i = 0; i < 2; i++)
        {
            Wait(poller, TimeSpan.FromSeconds(10)).Should().Be(1);
            _ready[0].Should().Be(8);
        }

        loud.Receive(new byte[1]);
        Wait(poller, TimeSpan.Zero).Should().Be(0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Removed_socket_is_not_reported(bool portable)
    {
        using var poller = Poller.Create(portable);
        using Socket socket = Bind();
        poller.Add(socket, 7);
        socket.SendTo(new byte[1], socket.LocalEndPoint!);

        poller.Remove(socket, 7);

        Wait(poller, TimeSpan.Zero).Should().Be(0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Socket_that_is_closed_without_the_poller_holds_nothing_up(bool portable)
    {
        using var poller = Poller.Create(portable);
        Socket closed = Bind();
        using Socket loud = Bind();
        poller.Add(closed, 7);
        poller.Add(loud, 8);
        closed.Dispose();
        loud.SendTo(new byte[1], loud.LocalEndPoint!);

        int found = Wait(poller, TimeSpan.FromSeconds(10));
        found = found > 0 ? found : Wait(poller, TimeSpan.FromSeconds(10));

        found.Should().Be(1);
        _ready[0].Should().Be(8);
        poller.Remove(closed, 7);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Wake_ends_a_wait_without_end_and_counts_before_it_too(bool portable)
    {
        using var poller = Poller.Create(portable);
        poller.Wake();
        await Task.Run(() => poller.Wait(s_clock.Now, MonotonicTime.Never, _ready)).WaitAsync(TestAgents.Patience);

        Task<int> waiting = Task.Factory.StartNew(() => poller.Wait(s_clock.Now, MonotonicTime.Never, _ready), TaskCreationOptions.LongRunning);
        poller.Wake();

        (await waiting.WaitAsync(TestAgents.Patience)).Should().Be(0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Deadline_ends_a_wait_and_never_early(bool portable)
    {
        using var poller = Poller.Create(portable);
        foreach (double milliseconds in new[] { 30, 0.3, 12.7 })
        {
            MonotonicTime deadline = s_clock.Now + TimeSpan.FromMilliseconds(milliseconds);
            long start = Stopwatch.GetTimestamp();

            poller.Wait(s_clock.Now, deadline, _ready).Should().Be(0);

            s_clock.Now.Should().BeGreaterThanOrEqualTo(deadline);
            Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(10));
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Deadline_that_moved_away_does_not_fire(bool portable)
    {
        using var poller = Poller.Create(portable);
        using Socket socket = Bind();
        poller.Add(socket, 7);
        socket.SendTo(new byte[1], socket.LocalEndPoint!);
        Wait(poller, TimeSpan.FromMilliseconds(1)).Should().Be(1);
        socket.Receive(new byte[1]);

        MonotonicTime later = s_clock.Now + TimeSpan.FromMilliseconds(40);
        poller.Wait(s_clock.Now, later, _ready).Should().Be(0);

        s_clock.Now.Should().BeGreaterThanOrEqualTo(later);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Waking_after_the_end_is_harmless(bool portable)
    {
        var poller = Poller.Create(portable);
        poller.Dispose();
        poller.Dispose();
        poller.Wake();
    }

    private int Wait(Poller poller, TimeSpan longest) => poller.Wait(s_clock.Now, s_clock.Now + longest, _ready);

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
