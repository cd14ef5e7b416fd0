using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

public class RedirectServiceTests
{
    private static readonly TransportAddress V4 = TransportAddress.Parse("192.0.2.9:3478");
    private static readonly TransportAddress V6 = TransportAddress.Parse("[2001:db8::9]:3478");

    private readonly ServerHarness _server = new(new StunTurnServerOptions { Users = ServerHarness.Users, AlternateServers = [V6, V4] });

    [Theory]
    [InlineData("198.51.100.7:40000")]
    [InlineData("[2001:db8::7]:40000")]
    [Rfc("STUN-8489-10-a")]
    [Rfc("STUN-8489-14.8-d")]
    [Rfc("TURN-8656-7.2-k")]
    public void An_authenticated_request_is_sent_to_other_servers_those_of_its_own_family_first(string from)
    {
        TransportAddress client = TransportAddress.Parse(from);
        Credentials credentials = _server.Challenge(from: client);

        Message answer = _server.Ask(new RequestBuilder(StunMethod.Allocate, _server.NewId()).Transport().Sign(credentials), client);

        answer.Code.Should().Be(300);
        answer.IsSignedBy(credentials).Should().BeTrue();
        List<TransportAddress> servers = [];
        StunReader.TryParse(answer.All, out StunReader reader);
        foreach (StunAttribute attribute in reader)
        {
            if (attribute.Type == StunAttributeType.AlternateServer)
            {
                attribute.ReadAddress(out TransportAddress server).Should().Be(StunAttributeStatus.Ok);
                servers.Add(server);
            }
        }

        servers.Should().Equal(client.Family == IpFamily.IPv4 ? [V4, V6] : [V6, V4]);
        _server.Machine.Allocations.Should().BeEmpty();
    }

    [Fact]
    [Rfc("STUN-8489-14.8-d")]
    public void Nobody_is_sent_elsewhere_before_it_has_proven_who_it_is()
    {
        _server.Ask(new RequestBuilder(StunMethod.Allocate, _server.NewId()).Transport()).Code.Should().Be(401);
        _server.Ask(new RequestBuilder(StunMethod.Binding, _server.NewId())).IsSuccess.Should().BeTrue();
        Credentials wrong = _server.Challenge(password: "guess");
        _server.Ask(new RequestBuilder(StunMethod.Allocate, _server.NewId()).Transport().Sign(wrong)).Code.Should().Be(401);
    }
}
