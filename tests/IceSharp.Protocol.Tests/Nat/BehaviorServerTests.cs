using System.Text.Json;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Protocol.Tests.Nat;

/// <summary>The server's half of RFC 5780.</summary>
public sealed class BehaviorServerTests
{
    private static readonly TransportAddress Client = TransportAddress.Parse("203.0.113.5:61000");
    private static readonly Dictionary<string, string> Addresses = new() { ["A1"] = "192.0.2.10", ["A2"] = "192.0.2.11", ["P1"] = "3478", ["P2"] = "3479" };

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, VectorFile.Load("nat-behavior.json").GetProperty("serverSourceSelection").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Rows))]
    [Rfc("NAT-5780-6.1-a")]
    [Rfc("NAT-5780-6.1-b")]
    [Rfc("NAT-5780-6.1-e")]
    public void The_flags_choose_where_the_response_comes_from(int index)
    {
        JsonElement row = VectorFile.Load("nat-behavior.json").GetProperty("serverSourceSelection")[index];
        string change = row.Text("changeRequest");
        using Server server = new();

        Answer answer = server.Ask(Real(row.Text("receivedOn")), (ref StunWriter w) =>
        {
            if (change != "none")
            {
                w.AddChangeRequest(change.Contains("ip", StringComparison.Ordinal), change.Contains("port", StringComparison.Ordinal));
            }
        });

        answer.Source.Should().Be(Real(row.Text("responseSource")));
        answer.To.Should().Be(Client);
        answer.Address(StunAttributeType.ResponseOrigin).Should().Be(Real(row.Text("responseOrigin")));
        answer.Address(StunAttributeType.OtherAddress).Should().Be(Real(row.Text("otherAddress")));
        answer.Address(StunAttributeType.MappedAddress).Should().Be(Client);
        answer.Read().GetXorAddress(StunAttributeType.XorMappedAddress, out TransportAddress mapped).Should().Be(StunAttributeStatus.Ok);
        mapped.Should().Be(Client);
        answer.Read().Has(StunAttributeType.AlternateServer).Should().BeFalse();
    }

    [Theory]
    [InlineData("A1:P1")]
    [InlineData("A1:P1", "A1:P2")]
    [InlineData("A1:P1", "A2:P1")]
    [InlineData("A1:P1", "A1:P2", "A2:P2")]
    [Rfc("NAT-5780-6-a")]
    [Rfc("NAT-5780-7.4-a")]
    public void Without_both_ports_on_two_addresses_there_is_no_other_address_and_change_request_is_unknown(params string[] listeners)
    {
        using Server server = new(listeners);

        Answer plain = server.Ask(Real("A1:P1"), (ref StunWriter _) => { });
        plain.Read().Has(StunAttributeType.OtherAddress).Should().BeFalse();
        plain.Address(StunAttributeType.ResponseOrigin).Should().Be(Real("A1:P1"));

        Answer refused = server.Ask(Real("A1:P1"), (ref StunWriter w) => w.AddChangeRequest(true, true));
        refused.ErrorCode.Should().Be(420);
        refused.Read().TryFind(StunAttributeType.UnknownAttributes, out StunAttribute unknown).Should().BeTrue();
        unknown.Value.ToArray().Should().Equal(0x00, 0x03);
    }

    [Fact]
    [Rfc("NAT-5780-6.1-c")]
    public void Response_port_sends_the_response_to_another_port_of_the_client()
    {
        using Server server = new();

        Answer answer = server.Ask(Real("A1:P1"), (ref StunWriter w) => w.AddUInt16(StunAttributeType.ResponsePort, 40000));

        answer.To.Should().Be(Client with { Port = 40000 });
        answer.Read().GetXorAddress(StunAttributeType.XorMappedAddress, out TransportAddress mapped);
        mapped.Should().Be(Client);
    }

    [Fact]
    [Rfc("NAT-5780-6.1-c")]
    public void Response_port_with_padding_is_refused()
    {
        using Server server = new();

        Answer answer = server.Ask(Real("A1:P1"), (ref StunWriter w) =>
        {
            w.AddUInt16(StunAttributeType.ResponsePort, 40000);
            w.Reserve(StunAttributeType.Padding, 64).Clear();
        });

        answer.ErrorCode.Should().Be(400);
        answer.To.Should().Be(Client);
    }

    [Fact]
    [Rfc("NAT-5780-6.1-d")]
    public void Padding_is_answered_with_padding_as_long_as_an_mtu()
    {
        using Server server = new();

        Answer answer = server.Ask(Real("A1:P1"), (ref StunWriter w) => w.Reserve(StunAttributeType.Padding, 4).Clear());

        answer.Read().TryFind(StunAttributeType.Padding, out StunAttribute padding).Should().BeTrue();
        padding.Value.Length.Should().Be(1500);
    }

    private static TransportAddress Real(string symbolic)
    {
        string[] parts = symbolic.Split(':');
        return TransportAddress.Parse($"{Addresses[parts[0]]}:{Addresses[parts[1]]}");
    }

    private delegate void Attributes(ref StunWriter writer);

    private sealed record Answer(TransportAddress Source, TransportAddress To, byte[] Datagram)
    {
        public int ErrorCode => Read().GetErrorCode(out int code, out _) == StunAttributeStatus.Ok ? code : 0;

        public StunReader Read()
        {
            StunReader.TryParse(Datagram, out StunReader message).Should().Be(StunParseStatus.Ok);
            return message;
        }

        public TransportAddress Address(StunAttributeType type)
        {
            Read().GetAddress(type, out TransportAddress address).Should().Be(StunAttributeStatus.Ok);
            return address;
        }
    }

    private sealed class Server : IDisposable
    {
        private readonly StunTurnServerMachine _machine = new(new StunTurnServerOptions { OffersBehaviorDiscovery = true }, new SeededRandomSource(1));
        private readonly Dictionary<SocketHandle, TransportAddress> _listeners = [];

        public Server(params string[] listeners)
        {
            foreach (string listener in listeners.Length > 0 ? listeners : ["A1:P1", "A1:P2", "A2:P1", "A2:P2"])
            {
                _listeners.Add(_machine.AddListener(Real(listener)), Real(listener));
            }
        }

        public Answer Ask(TransportAddress listener, Attributes attributes)
        {
            StunWriter writer = new(new byte[2048], StunMethod.Binding, StunClass.Request, new StunTransactionId(1, 2));
            attributes(ref writer);
            SocketHandle on = _listeners.Single(l => l.Value == listener).Key;
            _machine.HandleDatagram(MonotonicTime.Zero, new TransportPath(on, Client), writer.Written);
            byte[] buffer = new byte[65507];
            _machine.TryGetTransmit(MonotonicTime.Zero, buffer, out Transmit transmit).Should().BeTrue();
            return new Answer(_listeners[transmit.Socket], transmit.Destination, buffer[..transmit.Length]);
        }

        public void Dispose() => _machine.Dispose();
    }
}
