using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Tests.Transactions;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Turn;

public sealed class TurnRedirectTests : IDisposable
{
    private static readonly TransportAddress Other = TransportAddress.Parse("192.0.2.6:3479");

    private readonly TurnBench _bench = new();
    private readonly StunIntegrityKey _key = LongTermKey.Derive(StunPasswordAlgorithm.Md5, "George", TurnBench.Realm, "secret");

    public void Dispose()
    {
        _bench.Dispose();
        _key.Dispose();
    }

    [Fact]
    [Rfc("STUN-8489-14.8-e")]
    public void Verified_redirection_ends_the_allocation_and_says_where_to_go()
    {
        _bench.Receive(Redirect(Authenticate(), Other, _key));

        _bench.Machine.Failure.Should().Be(TurnFailure.TryAlternate);
        _bench.Machine.ErrorCode.Should().Be(300);
        _bench.Machine.Redirect.Should().Be(new AlternateServer(Other, null));
    }

    [Fact]
    [Rfc("STUN-8489-14.8-e")]
    public void Redirection_without_integrity_is_dropped_once_credentials_are_used_and_not_followed_before()
    {
        byte[] request = Authenticate();
        _bench.Receive(Redirect(request, Other, null)).Reason.Should().Be(DropReason.Unauthenticated);
        _bench.Machine.State.Should().Be(TurnAllocationState.Allocating);

        using TurnBench open = new();
        open.Machine.Start(open.Now);
        open.Receive(Redirect(open.Next()!, Other, null));
        open.Machine.Failure.Should().Be(TurnFailure.TryAlternate);
        open.Machine.Redirect.Should().BeNull();
    }

    [Theory]
    [InlineData("192.0.2.5:3478")]
    [InlineData("[2001:db8::1]:3478")]
    [Rfc("STUN-8489-10-e")]
    [Rfc("STUN-8489-10-f")]
    public void Redirection_to_the_same_server_or_another_family_leads_nowhere(string target)
    {
        _bench.Receive(Redirect(Authenticate(), TransportAddress.Parse(target), _key));

        _bench.Machine.Failure.Should().Be(TurnFailure.TryAlternate);
        _bench.Machine.Redirect.Should().BeNull();
    }

    [Fact]
    [Rfc("STUN-8489-10-e")]
    [Rfc("STUN-8489-10-g")]
    public void Two_servers_that_point_at_each_other_are_asked_once_each()
    {
        var guard = new AlternateServerGuard(_bench.Now, TurnBench.Server);
        using TurnAllocationMachine first = Machine(TurnBench.Server, guard), second = Machine(Other, guard);

        Answer(first, Redirect(Challenged(first), Other, _key));
        first.Redirect!.Value.Address.Should().Be(second.Server);
        Answer(second, Redirect(Challenged(second), TurnBench.Server, _key));

        second.Failure.Should().Be(TurnFailure.TryAlternate);
        second.Redirect.Should().BeNull();
    }

    private static byte[] Redirect(byte[] request, TransportAddress target, StunIntegrityKey? key) =>
        TurnBench.Respond(request, StunClass.ErrorResponse, (ref StunWriter w) =>
        {
            w.AddErrorCode(300, "elsewhere");
            w.AddAddress(StunAttributeType.AlternateServer, target);
            if (key is not null)
            {
                w.AddIntegrity(key);
            }
        });

    private static TurnAllocationMachine Machine(TransportAddress server, AlternateServerGuard guard) =>
        new(new TurnAllocationSettings(), new LongTermCredential("George", "secret"), server, TurnBench.Socket, new ScriptedRandomSource(), guard);

    // The first request is not authenticated, whatever was learnt of the other server.
    private byte[] Challenged(TurnAllocationMachine machine)
    {
        machine.Start(_bench.Now);
        byte[] request = Next(machine);
        TurnBench.Has(request, StunAttributeType.Username).Should().BeFalse();
        TurnBench.Has(request, StunAttributeType.Nonce).Should().BeFalse();
        Answer(machine, TurnBench.Challenge(request));
        return Next(machine);
    }

    private byte[] Next(TurnAllocationMachine machine)
    {
        byte[] buffer = new byte[1500];
        machine.StartPending(_bench.Now);
        machine.TryGetTransmit(_bench.Now, buffer, out Transmit transmit).Should().BeTrue();
        return buffer[..transmit.Length];
    }

    private void Answer(TurnAllocationMachine machine, byte[] response) =>
        machine.HandleDatagram(_bench.Now, new TransportPath(TurnBench.Socket, machine.Server), response).Kind.Should().Be(VerdictKind.Consumed);

    private byte[] Authenticate()
    {
        _bench.Machine.Start(_bench.Now);
        _bench.Receive(TurnBench.Challenge(_bench.Next()!));
        return _bench.Next()!;
    }
}
