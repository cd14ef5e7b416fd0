using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

public class AllocateTests
{
    private readonly ServerHarness _server = new();

    [Fact]
    [Rfc("TURN-8656-7.2-p")]
    [Rfc("TURN-8656-5-h")]
    public void Success_carries_relayed_and_mapped_address_and_lifetime_under_integrity()
    {
        Credentials credentials = _server.Challenge();

        Message answer = _server.Ask(Request().Sign(credentials));

        answer.IsSuccess.Should().BeTrue();
        answer.Address(StunAttributeType.XorRelayedAddress).Should().Be(_server.RelaySockets.Values.Single());
        answer.Address(StunAttributeType.XorMappedAddress).Should().Be(ServerHarness.Client);
        answer.Lifetime.Should().Be(600);
        answer.Has(StunAttributeType.Software).Should().BeTrue();
        answer.IsSignedBy(credentials).Should().BeTrue();
        _server.Events.Should().ContainSingle().Which.Should().Be(new AllocationCreated(ServerHarness.Client, _server.RelaySockets.Values.Single(), "alice"));
    }

    [Fact]
    [Rfc("TURN-8656-7.2-b")]
    [Rfc("STUN-8489-6.3.1-c")]
    public void A_retransmission_gets_the_same_answer_for_as_long_as_the_allocation_lives_and_another_request_437()
    {
        Credentials credentials = _server.Challenge();
        byte[] request = Request().Sign(credentials).ToArray();
        Message first = Message.Single(_server.Receive(request));

        Message.Single(_server.Receive(request)).All.Should().Equal(first.All);
        _server.Pass(TimeSpan.FromSeconds(60));
        _server.Machine.RememberedResponses.Should().Be(0);
        Message.Single(_server.Receive(request)).All.Should().Equal(first.All);

        Message other = _server.Ask(Request().Sign(credentials));
        (other.Code, other.IsSignedBy(credentials)).Should().Be((437, true));
        _server.Opens.Should().Be(1);
    }

    [Fact]
    public void A_retransmission_while_the_socket_is_being_opened_opens_no_second_one()
    {
        StunTurnServerMachine machine = _server.Machine;
        Credentials credentials = _server.Challenge();
        byte[] request = Request().Sign(credentials).ToArray();
        TransportPath path = new(_server.Listener, ServerHarness.Client);

        machine.HandleDatagram(_server.Now, path, request);
        machine.HandleDatagram(_server.Now, path, request);

        machine.TryGetHostRequest(out ServerHostRequest? open).Should().BeTrue();
        machine.TryGetHostRequest(out _).Should().BeFalse();
        machine.TryGetTransmit(_server.Now, new byte[2048], out _).Should().BeFalse();
        machine.HandleHostAnswer(_server.Now, new RelaySocketOpened(open!.Socket));
        machine.HandleHostAnswer(_server.Now, new RelaySocketOpened(open.Socket));
        machine.TryGetTransmit(_server.Now, new byte[2048], out _).Should().BeTrue();
        machine.TryGetTransmit(_server.Now, new byte[2048], out _).Should().BeFalse();
    }

    [Theory]
    [InlineData(0, 600)]
    [InlineData(1, 600)]
    [InlineData(599, 600)]
    [InlineData(600, 600)]
    [InlineData(601, 601)]
    [InlineData(3600, 3600)]
    [InlineData(4294967295, 3600)]
    [Rfc("TURN-8656-7.2-o")]
    public void Lifetime_is_the_larger_of_default_and_capped_wish(uint wish, uint granted)
    {
        Credentials credentials = _server.Challenge();

        _server.Ask(Request().Lifetime(wish).Sign(credentials)).Lifetime.Should().Be(granted);
    }

    [Fact]
    [Rfc("TURN-8656-7.2-n")]
    [Rfc("TURN-8656-6-c")]
    public void Relayed_ports_are_in_range_random_and_never_shared()
    {
        ServerHarness server = new(new StunTurnServerOptions { Users = ServerHarness.Users, MaxAllocationsPerUser = 1000 });
        for (ushort i = 0; i < 100; i++)
        {
            server.Allocate(ServerHarness.Client with { Port = (ushort)(41000 + i) });
        }

        int[] ports = [.. server.RelaySockets.Values.Select(a => (int)a.Port)];
        ports.Should().OnlyContain(p => p >= 49152).And.OnlyHaveUniqueItems();
        ports.Zip(ports.Skip(1), (a, b) => b - a).Count(step => step == 1).Should().BeLessThan(5);
    }

    [Fact]
    [Rfc("TURN-8656-7.2-c")]
    public void A_missing_or_malformed_transport_is_400_and_another_protocol_442()
    {
        Credentials credentials = _server.Challenge();

        Code(new RequestBuilder(StunMethod.Allocate, _server.NewId()).Sign(credentials)).Should().Be(400);
        Code(new RequestBuilder(StunMethod.Allocate, _server.NewId()).Raw(StunAttributeType.RequestedTransport, [17]).Sign(credentials)).Should().Be(400);
        Code(new RequestBuilder(StunMethod.Allocate, _server.NewId()).Transport(41).Sign(credentials)).Should().Be(442);
    }

    [Fact]
    [Rfc("TURN-8656-7.2-d")]
    public void Dont_fragment_is_420_because_DF_cannot_be_set()
    {
        Message answer = _server.Ask(Request().Raw(StunAttributeType.DontFragment, []).Sign(_server.Challenge()));

        answer.Code.Should().Be(420);
        answer.Bytes(StunAttributeType.UnknownAttributes).Should().Equal(0x00, 0x1A);
    }

    [Fact]
    [Rfc("TURN-8656-7.2-g")]
    public void A_family_that_cannot_be_relayed_is_440()
    {
        Credentials credentials = _server.Challenge();
        Code(Request().Family(2).Sign(credentials)).Should().Be(440);
        Code(Request().Family(9).Sign(credentials)).Should().Be(440);

        ServerHarness dual = new(new StunTurnServerOptions { Users = ServerHarness.Users, RelayAddresses = [IpAddress.Parse("2001:db8::1")] });
        credentials = dual.Challenge();
        dual.Ask(new RequestBuilder(StunMethod.Allocate, dual.NewId()).Transport().Sign(credentials)).Code.Should().Be(440);
        Message six = dual.Ask(new RequestBuilder(StunMethod.Allocate, dual.NewId()).Transport().Family(2).Sign(credentials));
        six.Address(StunAttributeType.XorRelayedAddress).Address.Should().Be(IpAddress.Parse("2001:db8::1"));
    }

    [Fact]
    [Rfc("TURN-8656-7.2-j")]
    [Rfc("TURN-8656-5-l")]
    public void A_user_above_the_quota_gets_486_and_another_user_does_not()
    {
        ServerHarness server = new(new StunTurnServerOptions { Users = ServerHarness.Users, MaxAllocationsPerUser = 1 });
        server.Allocate();
        TransportAddress second = ServerHarness.Client with { Port = 2 }, third = ServerHarness.Client with { Port = 3 };

        server.Ask(new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport().Sign(server.Challenge(from: second)), second).Code.Should().Be(486);
        server.Ask(new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport().Sign(server.Challenge("bob", "other", third)), third).IsSuccess.Should().BeTrue();
    }

    [Fact]
    public void A_range_without_a_free_port_is_508()
    {
        ServerHarness server = new(new StunTurnServerOptions { Users = ServerHarness.Users, RelayPorts = new PortRange(50000, 50000) });
        server.Allocate();
        TransportAddress second = ServerHarness.Client with { Port = 2 };

        server.Ask(new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport().Sign(server.Challenge(from: second)), second).Code.Should().Be(508);
    }

    [Fact]
    public void A_port_that_the_host_refuses_is_replaced_a_limited_number_of_times()
    {
        Credentials credentials = _server.Challenge();
        int refusals = 3;
        _server.IsTaken = _ => refusals-- > 0;
        _server.Ask(Request().Sign(credentials)).IsSuccess.Should().BeTrue();
        _server.Opens.Should().Be(4);

        _server.IsTaken = _ => true;
        TransportAddress second = ServerHarness.Client with { Port = 2 };
        Credentials other = _server.Challenge(from: second);
        _server.Ask(Request().Sign(other), second).Code.Should().Be(508);
        _server.Machine.Allocations.Should().ContainSingle();
    }

    [Fact]
    [Rfc("TURN-8656-21.4-a")]
    public void A_client_behind_a_tunnel_address_is_refused()
    {
        TransportAddress tunnel = TransportAddress.Parse("[2002::1]:5");

        _server.Ask(Request().Family(1).Sign(_server.Challenge(from: tunnel)), tunnel).Code.Should().Be(403);
    }

    [Fact]
    public void An_open_server_asks_nobody_who_he_is()
    {
        ServerHarness open = new(new StunTurnServerOptions { IsOpen = true });

        open.Ask(new RequestBuilder(StunMethod.Allocate, open.NewId()).Transport()).IsSuccess.Should().BeTrue();
    }

    [Fact]
    public void Ordered_faults_hit_the_next_requests_only()
    {
        Credentials credentials = _server.Challenge();
        ServerFaults faults = _server.Machine.Faults;
        faults.RefuseNext(StunMethod.Allocate, 486, count: 2);
        Message refused = _server.Ask(Request().Sign(credentials));
        (refused.Code, refused.IsSignedBy(credentials)).Should().Be((486, true));
        Code(Request().Sign(credentials)).Should().Be(486);

        faults.IgnoreNext(StunMethod.Allocate);
        _server.Receive(Request().Sign(credentials).ToArray()).Should().BeEmpty();
        faults.Integrity = IntegrityFault.Corrupted;
        Message corrupted = _server.Ask(Request().Sign(credentials));
        (corrupted.IsSuccess, corrupted.HasIntegrity, corrupted.IsSignedBy(credentials)).Should().Be((true, true, false));

        faults.IsSilent = true;
        _server.Receive(new RequestBuilder(StunMethod.Binding, _server.NewId()).ToArray()).Should().BeEmpty();
    }

    private RequestBuilder Request() => new RequestBuilder(StunMethod.Allocate, _server.NewId()).Transport();

    private int Code(RequestBuilder request) => _server.Ask(request).Code;
}
