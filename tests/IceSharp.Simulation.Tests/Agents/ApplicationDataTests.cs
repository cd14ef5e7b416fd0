using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

/// <summary>What applications send looks like anything: STUN, ChannelData, noise. It arrives as it was sent.</summary>
public class ApplicationDataTests
{
    private static readonly VirtualPairOptions Direct = new() { UseTurn = false };
    private static readonly VirtualPairOptions Relayed = new() { UseStun = false, Agent = new IceAgentMachineOptions { TransportPolicy = IceTransportPolicy.RelayOnly } };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_first_byte_passes(bool relayed) => ShouldArrive(relayed, [.. Enumerable.Range(0, 256).Select(b => new[] { (byte)b, (byte)1, (byte)2 })]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rfc("DEMUX-8489-6.3-a")]
    public void What_fails_the_checks_of_STUN_is_application_data(bool relayed) => ShouldArrive(relayed,
    [
        Convert.FromHexString("000100002112a44300000000000000000000000a"), // cookie
        Convert.FromHexString("000100032112a44200000000000000000000000a010203"), // length not a multiple of 4
        Convert.FromHexString("000100042112a44200000000000000000000000a"), // length beyond the end
        Convert.FromHexString("000100042112a44200000000000000000000000a00060010"), // attribute beyond the end
        Convert.FromHexString("8000001c2112a44200000000000000000000000a"), // RTP
    ]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rfc("DEMUX-7983-7-b")]
    public void What_looks_like_channel_data_is_application_data_where_it_comes_from_a_peer(bool relayed) => ShouldArrive(relayed,
    [
        Convert.FromHexString("40000004" + "01020304"),
        Convert.FromHexString("4fff0000"),
        Convert.FromHexString("40000400"),
    ]);

    private static void ShouldArrive(bool relayed, byte[][] payloads)
    {
        using VirtualPair pair = VirtualPair.Create(relayed ? Relayed : Direct);
        pair.Connect();
        pair.IsCompleted.Should().BeTrue();

        foreach (byte[] payload in payloads)
        {
            pair.Offerer.TrySend(payload).Should().BeTrue();
            pair.Network.RunFor(TimeSpan.FromMilliseconds(50));
        }

        pair.Answerer.Received.Select(r => Convert.ToHexString(r.Bytes.Span)).Should().Equal(payloads.Select(Convert.ToHexString));
        pair.Offerer.Machine.GetRoute(0, 1)!.IsRelayed.Should().Be(relayed);
    }
}
