using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Sdp;

/// <summary>One description after another of the same session.</summary>
public class DescriptionUpdateTests
{
    private static readonly IceDescription Offer = IceDescription.Parse(SdpText.Offer);

    [Fact]
    [Rfc("ICE-3264-8-a")]
    public void Version_grows_by_one_when_anything_has_changed_and_stays_otherwise()
    {
        IceDescription unchanged = IceDescription.Parse(SdpText.Offer) with { SessionId = 1, SessionVersion = 99 };
        IceDescription changed = unchanged with { Streams = [Offer.Streams[0] with { EndOfCandidates = false }] };

        unchanged.AsUpdateOf(Offer).Should().Match<IceDescription>(d => d.SessionId == 42 && d.SessionVersion == 7);
        changed.AsUpdateOf(Offer).Should().Match<IceDescription>(d => d.SessionId == 42 && d.SessionVersion == 8);
        changed.AsUpdateOf(Offer).ToSdp().Should().Contain("o=- 42 8 IN");
    }

    [Fact]
    [Rfc("ICE-3264-8-a")]
    public void Number_of_sections_never_shrinks()
    {
        IceDescription two = Offer with { Streams = [Offer.Streams[0], Offer.Streams[0] with { Mid = "b" }] };

        two.AsUpdateOf(Offer).SessionVersion.Should().Be(8);
        FluentActions.Invoking(() => Offer.AsUpdateOf(two)).Should().Throw<ArgumentException>().WithMessage("*1 streams*2*");
        FluentActions.Invoking(() => Offer.ThrowIfNotUpdateOf(two)).Should().Throw<ArgumentException>().WithMessage("*1 streams*2*");
    }

    public static TheoryData<string, IceDescription> Changes() => new()
    {
        { "ice-lite", Offer with { IsLite = true } },
        { "ice-pacing", Offer with { PacingMilliseconds = null } },
        { "ice-options", Offer with { Options = ["ice2", "trickle"] } },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    [Rfc("ICE-8839-4.4.2.1-c")]
    public void What_only_a_restart_may_change_is_refused_without_one(string attribute, IceDescription changed)
    {
        FluentActions.Invoking(() => changed.ThrowIfNotUpdateOf(Offer)).Should().Throw<ArgumentException>().WithMessage($"*{attribute}*");
        IceDescription restart = changed with { Streams = [Offer.Streams[0] with { Password = "OtherPassword0123456789" }] };
        FluentActions.Invoking(() => restart.ThrowIfNotUpdateOf(Offer)).Should().NotThrow();
    }

    [Fact]
    [Rfc("ICE-8839-4.4.1.1.1-b")]
    public void Moved_attributes_and_another_order_of_tags_change_nothing()
    {
        string moved = SdpText.Offer.Replace("a=ice-ufrag:kT4x\n", "", StringComparison.Ordinal).Replace("a=group", "a=ice-ufrag:kT4x\na=group", StringComparison.Ordinal)
            .Replace("a=ice-options:ice2\n", "", StringComparison.Ordinal).Replace("a=mid:a", "a=mid:a\na=ice-options:ice2", StringComparison.Ordinal);

        FluentActions.Invoking(() => IceDescription.Parse(moved).ThrowIfNotUpdateOf(Offer)).Should().NotThrow();
        IceDescription.Parse(moved).Streams[0].Ufrag.Should().Be(Offer.Streams[0].Ufrag);
    }

    [Theory]
    [InlineData("b=RS:0", "b=RR:0", false)]
    [InlineData("b=RS:0", "b=AS:64", true)]
    [Rfc("ICE-8839-4.2.2-b")]
    public void Rtcp_of_bandwidth_zero_has_no_default_destination_to_match(string first, string second, bool mismatch)
    {
        string sdp = SdpText.Offer.Replace("a=rtcp:61021", "a=rtcp:61029", StringComparison.Ordinal).Replace("b=RS:0", $"{first}\n{second}", StringComparison.Ordinal);

        IceDescription description = IceDescription.Parse(sdp);

        description.Streams[0].HasDefaultMismatch.Should().Be(mismatch);
        description.ToSdp().Should().Contain($"\r\n{first}\r\n{second}\r\n");
    }

    [Fact]
    [Rfc("ICE-8839-4.2.5-a")]
    public void Ice_support_is_shown_by_credentials_and_compliance_by_ice2()
    {
        Offer.Streams[0].SupportsIce.Should().BeTrue();
        IceDescription old = IceDescription.Parse(SdpText.Offer.Replace("a=ice-options:ice2\n", "", StringComparison.Ordinal));
        old.Streams[0].SupportsIce.Should().BeTrue("an agent of RFC 5245 has no ice2");
        old.Options.Should().NotContain("ice2");
        IceDescription.TryParse(SdpText.Offer.Replace("a=ice-pwd", "a=x-pwd", StringComparison.Ordinal), out _, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeFalse();
        diagnostics.Should().Contain(d => d.Reason == SdpReason.NoCredentials && d.Outcome == SdpOutcome.Refused);
    }

    [Theory]
    [InlineData("inactive", "AS:0")]
    [InlineData("sendonly", "TIAS:0")]
    [InlineData("recvonly", "AS:64")]
    [Rfc("ICE-8839-4.2.1.6-a")]
    [Rfc("ICE-5245-4.1.4-b")]
    [Rfc("ICE-8839-4.4.1.1.1-a")]
    public void Stream_on_hold_keeps_its_ice_attributes_and_its_default_destination(string direction, string bandwidth)
    {
        IceDescription held = Offer with
        {
            Streams = [Offer.Streams[0] with { DefaultDestination = null, RtcpDestination = null, Media = Offer.Streams[0].Media with { Attributes = [direction], Bandwidths = [bandwidth] } }],
        };

        held.ToSdp().Should().Contain($"m=audio 61020 RTP/AVP 0 101\r\nc=IN IP4 198.51.100.7\r\nb={bandwidth}\r\na=rtcp:61021 IN IP4 198.51.100.7\r\na=mid:a\r\na=ice-ufrag:kT4x\r\na=ice-pwd:")
            .And.Contain("a=candidate:2 2 ").And.Contain($"a={direction}\r\n");
    }
}
