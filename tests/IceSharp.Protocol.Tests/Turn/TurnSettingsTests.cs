using System.Reflection;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Turn;

public sealed class TurnSettingsTests
{
    private static readonly TurnReservationToken Token = new(7);
    private static readonly TurnAllocationSettings Tcp = new() { Link = StunLinkKind.Stream, RelayProtocol = TurnRelayProtocol.Tcp };

    public static TheoryData<string, TurnAllocationSettings, string> Contradictions => new()
    {
        { "token and family", new() { ReservationToken = Token, RelayedFamily = IpFamily.IPv6 }, "RelayedFamily" },
        { "token and even port", new() { ReservationToken = Token, Ports = TurnPortDemand.Even }, "Ports" },
        { "token and both families", new() { ReservationToken = Token, BothFamilies = true }, "BothFamilies" },
        { "both families and one", new() { BothFamilies = true, RelayedFamily = IpFamily.IPv4 }, "RelayedFamily" },
        { "both families and a reserved port", new() { BothFamilies = true, Ports = TurnPortDemand.EvenAndNext }, "families" },
        { "TCP over datagrams", Tcp with { Link = StunLinkKind.Datagram }, "stream" },
        { "TCP and DF", Tcp with { DontFragment = true }, "DontFragment" },
        { "TCP and an even port", Tcp with { Ports = TurnPortDemand.Even }, "Ports" },
        { "TCP and a token", Tcp with { ReservationToken = Token }, "ReservationToken" },
        { "mobility of nobody", new() { UsesMobility = true }, "RFC 8016" },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    [Rfc("TURN-8656-7.1-c")]
    [Rfc("TURN-8656-7.1-d")]
    [Rfc("TURN-8656-7.1-e")]
    [Rfc("TCP-6062-4.1-a")]
    [Rfc("DTLS-7350-4.6-a")]
    public void What_excludes_each_other_is_refused_by_name(string what, TurnAllocationSettings settings, string named)
    {
        what.Should().NotBeEmpty();
        Action create = () => new TurnPair(settings, withCredential: what != "mobility of nobody").Dispose();

        create.Should().Throw<ArgumentException>().WithParameterName(nameof(settings)).WithMessage($"*{named}*");
    }

    [Fact]
    [Rfc("TURN-8656-7.1-f")]
    public void Lifetimes_below_the_default_are_refused_and_what_the_server_grants_counts()
    {
        FluentActions.Invoking(() => new TurnAllocationSettings { RequestedLifetime = TimeSpan.FromSeconds(599) }).Should().Throw<ArgumentOutOfRangeException>();
        using TurnPair pair = new(new() { RequestedLifetime = TimeSpan.FromSeconds(3600) }, new() { Users = TurnPair.Users, MaximumLifetime = TimeSpan.FromSeconds(1200) });

        pair.Allocate();

        TurnBench.LifetimeOf(pair.Sent[0].Bytes).Should().Be(3600);
        pair.Client.Lifetime.Should().Be(TimeSpan.FromSeconds(1200));
        (pair.Client.NextTimeout.At - pair.Now).TotalSeconds.Should().BeInRange(1135, 1140);
    }

    [Fact]
    [Rfc("TURN-8656-12-f")]
    [Rfc("TURN-8656-9-d")]
    public void Nothing_unbinds_a_channel_or_takes_a_permission_back()
    {
        IEnumerable<string> verbs = typeof(TurnAllocationMachine).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(m => m.Name);

        verbs.Where(v => v.Contains("Channel", StringComparison.Ordinal) || v.Contains("Permission", StringComparison.Ordinal))
            .Should().BeEquivalentTo("RequestChannel", "TryGetChannel", "RequestPermission", "HasPermission");
    }
}
