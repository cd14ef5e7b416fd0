using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Tests.Client;
using IceSharp.Protocol.Tests.Turn;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Stun;

/// <summary>Who sends FINGERPRINT: ICE always, a client of a server of its own only when told to.</summary>
public sealed class FingerprintUseTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rfc("STUN-8489-7-c")]
    public void A_client_of_a_server_adds_it_when_configured(bool configured)
    {
        using var bench = new ClientBench(new StunClientSettings { AddFingerprint = configured });
        bench.Start(0);

        StunReader.TryParse(bench.Next(0), out StunReader request).Should().Be(StunParseStatus.Ok);

        request.VerifyFingerprint().Should().Be(configured ? StunFingerprintStatus.Ok : StunFingerprintStatus.Missing);
    }

    [Fact]
    [Rfc("STUN-8489-7-c")]
    public void A_TURN_client_adds_none()
    {
        using var bench = new TurnBench();
        bench.Machine.Start(bench.Now);

        StunReader.TryParse(bench.Next(), out StunReader request).Should().Be(StunParseStatus.Ok);

        request.HasFingerprint.Should().BeFalse();
    }
}
