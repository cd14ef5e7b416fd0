using System.Text;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Stun;

/// <summary>What may be sent is shorter than what must be accepted.</summary>
public sealed class StunTextLimitTests
{
    private const string FourBytes = "\U0001F600";

    [Theory]
    [InlineData(508, true)]
    [InlineData(509, false)]
    [Rfc("STUN-8489-14.3-a")]
    public void A_username_has_at_most_508_bytes_when_sent(int bytes, bool fits)
    {
        Check(StunAttributeType.Username, new string('u', bytes), fits);
        Check(StunAttributeType.Username, new string('u', bytes - 4) + FourBytes, fits);
    }

    [Theory]
    [InlineData(StunAttributeType.Realm)]
    [InlineData(StunAttributeType.Nonce)]
    [InlineData(StunAttributeType.Software)]
    [Rfc("STUN-8489-14.9-a")]
    [Rfc("STUN-8489-14.10-a")]
    [Rfc("STUN-8489-14.14-a")]
    [Rfc("STUN-8489-14-j")]
    public void Realm_nonce_and_software_have_at_most_127_code_points_when_sent(StunAttributeType type)
    {
        Check(type, new string('r', 127), fits: true);
        Check(type, new string('r', 128), fits: false);
        Check(type, string.Concat(Enumerable.Repeat(FourBytes, 127)), fits: true);
        Check(type, string.Concat(Enumerable.Repeat(FourBytes, 128)), fits: false);
    }

    [Theory]
    [InlineData(127, true)]
    [InlineData(128, false)]
    [Rfc("STUN-8489-14.8-c")]
    public void A_reason_phrase_has_at_most_127_code_points_when_sent(int characters, bool fits)
    {
        string phrase = string.Concat(Enumerable.Repeat(FourBytes, characters));
        Action sending = () =>
        {
            var writer = new StunWriter(new byte[1000], StunMethod.Binding, StunClass.ErrorResponse, default);
            writer.AddErrorCode(400, phrase);
        };

        Check(sending, fits, "reason");
    }

    [Theory]
    [InlineData(255, 'd', true)]
    [InlineData(256, 'd', false)]
    [InlineData(10, 'ä', false)]
    [Rfc("STUN-8489-14.16-a")]
    public void An_alternate_domain_has_at_most_255_ascii_characters(int length, char letter, bool fits) =>
        Check(StunAttributeType.AlternateDomain, new string(letter, length), fits);

    [Theory]
    [InlineData(0xD83D)]
    [InlineData(0xDE00)]
    [Rfc("STUN-8489-14.3-c")]
    public void Half_a_surrogate_pair_is_refused_rather_than_replaced(int half) =>
        Check(StunAttributeType.Username, $"a{(char)half}", fits: false);

    [Theory]
    [InlineData(763, StunAttributeStatus.Ok)]
    [InlineData(764, StunAttributeStatus.TooLong)]
    [Rfc("STUN-8489-14.3-b")]
    [Rfc("STUN-8489-14.9-a")]
    [Rfc("STUN-8489-14.10-a")]
    public void What_a_peer_sends_may_have_763_bytes_and_is_echoed_byte_for_byte(int bytes, StunAttributeStatus expected)
    {
        foreach (StunAttributeType type in new[] { StunAttributeType.Username, StunAttributeType.Realm, StunAttributeType.Nonce })
        {
            byte[] text = Encoding.ASCII.GetBytes(new string('\\', bytes));
            var writer = new StunWriter(new byte[1000], StunMethod.Binding, StunClass.Request, default);
            writer.AddBytes(type, text);
            StunReader.TryParse(writer.Written, out StunReader message);

            message.GetText(type, out ReadOnlySpan<byte> read).Should().Be(expected);

            read.ToArray().Should().Equal(expected == StunAttributeStatus.Ok ? text : []);
        }
    }

    private static void Check(StunAttributeType type, string text, bool fits) => Check(
        () =>
        {
            var writer = new StunWriter(new byte[1000], StunMethod.Binding, StunClass.Request, default);
            writer.AddText(type, text);
            writer.Written[24..].StartsWith(Encoding.UTF8.GetBytes(text)).Should().BeTrue();
        },
        fits,
        "text");

    private static void Check(Action sending, bool fits, string parameter)
    {
        if (fits)
        {
            sending.Should().NotThrow();
        }
        else
        {
            sending.Should().Throw<ArgumentException>().WithParameterName(parameter);
        }
    }
}
