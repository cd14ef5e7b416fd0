using System.Globalization;
using System.Text.RegularExpressions;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Malformed;

/// <summary>Rows that reach a STUN or TURN server, given to the server machine of the test kit.</summary>
public sealed partial class MalformedServerTests
{
    private static readonly string[] Contexts =
    [
        "server: Binding without authentication",
        "server: TURN, authentication off",
        "server: TURN over TCP",
        "server: long-term",
        "server: short-term",
        "server: behaviour discovery",
        "any receiver",
    ];

    internal static IEnumerable<string> Ids => MalformedRowsWithState.Scope
        .Where(v => Contexts.Any(c => v.Context.StartsWith(c, StringComparison.Ordinal)))
        .Where(v => !MalformedAgentTests.Ids.Contains(v.Id))
        .Select(v => v.Id);

    public static TheoryData<string> Rows => VectorFile.Theory(Ids);

    public static TheoryData<string> IntegrityRows =>
        VectorFile.Theory(MalformedVector.All.Where(v => v.Layer == "integrity" && v.Context.StartsWith("server:", StringComparison.Ordinal)).Select(v => v.Id));

    public static TheoryData<string> CodecRows => MalformedVector.OfLayer("codec");

    [Theory]
    [MemberData(nameof(CodecRows))]
    [Rfc("STUN-8489-6.3-a")]
    public void What_is_no_STUN_message_gets_no_answer(string id)
    {
        MalformedVector row = MalformedVector.ById(id);
        using var server = new MalformedServer(row.Context);

        row.IsRejected.Should().BeTrue();
        server.Receive(row.Bytes).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(IntegrityRows))]
    [Rfc("STUN-8489-6.3-a")]
    [Rfc("STUN-8489-7-b")]
    [Rfc("STUN-8489-9.1.3-c")]
    [Rfc("STUN-8489-9.1.3-e")]
    [Rfc("STUN-8489-9.1.3-f")]
    public void The_server_judges_seals_as_listed(string id) => The_server_does_what_is_listed(id);

    [Theory]
    [MemberData(nameof(Rows))]
    [Rfc("STUN-8489-6.3-b")]
    [Rfc("STUN-8489-6.3-e")]
    [Rfc("STUN-8489-6.3.1-a")]
    [Rfc("STUN-8489-6.3.1-b")]
    [Rfc("STUN-8489-6.3.2-a")]
    [Rfc("STUN-8489-9.2.4-d")]
    [Rfc("STUN-8489-9.2.4-e")]
    [Rfc("TURN-8656-7.2-c")]
    [Rfc("TURN-8656-5-e")]
    [Rfc("TURN-8656-10.2-a")]
    [Rfc("TURN-8656-11.2-a")]
    [Rfc("TURN-8656-12-a")]
    [Rfc("TURN-8656-12.2-a")]
    public void The_server_does_what_is_listed(string id)
    {
        MalformedVector row = MalformedVector.ById(id);
        using var server = new MalformedServer(row.Context);

        List<byte[]> sent = server.Receive(row.Bytes);

        if (row.Action.StartsWith("silently", StringComparison.Ordinal))
        {
            sent.Should().BeEmpty();
            server.RelayedDatagrams.Should().BeEmpty();
        }
        else if (row.Action.StartsWith("empty UDP datagram sent to ", StringComparison.Ordinal))
        {
            sent.Should().BeEmpty();
            server.RelayedDatagrams.Should().ContainSingle().Which.Should().Be((TransportAddress.Parse(row.Action.Split(' ')[^1]), 0));
        }
        else
        {
            ShouldAnswer(row, sent.Should().ContainSingle().Subject);
        }

        if (row.Action.Contains("no permission is installed", StringComparison.Ordinal))
        {
            server.Permissions.Should().Be(0);
        }
    }

    private static void ShouldAnswer(MalformedVector row, byte[] answer)
    {
        StunReader.TryParse(answer, out StunReader response).Should().Be(StunParseStatus.Ok);
        response.TransactionId.Should().Be(StunTransactionId.Read(row.Bytes.AsSpan(8)));
        if (!row.IsRejected)
        {
            response.Class.Should().Be(StunClass.SuccessResponse);
            StunReader.TryParse(row.Bytes, out StunReader request);
            bool isSigned = row.Context.Contains("short-term", StringComparison.Ordinal);
            response.HasIntegritySha256.Should().Be(isSigned && request.HasIntegritySha256);
            response.HasIntegrity.Should().Be(isSigned && !request.HasIntegritySha256);
            return;
        }

        response.GetErrorCode(out int code, out _).Should().Be(StunAttributeStatus.Ok);
        code.Should().Be(ExpectedCode(row));
        if (row.Action.Contains("without USERNAME", StringComparison.Ordinal) || row.Context.Contains("short-term", StringComparison.Ordinal))
        {
            (response.HasIntegrity || response.HasIntegritySha256).Should().BeFalse();
            response.Has(StunAttributeType.Username).Should().BeFalse();
            response.Has(StunAttributeType.UserHash).Should().BeFalse();
            response.Has(StunAttributeType.Nonce).Should().BeFalse();
            response.Has(StunAttributeType.Realm).Should().BeFalse();
        }

        int list = row.Action.IndexOf('[', StringComparison.Ordinal);
        if (list >= 0)
        {
            response.TryFind(StunAttributeType.UnknownAttributes, out StunAttribute attribute).Should().BeTrue();
            Convert.ToHexStringLower(attribute.Value).Should().Be(string.Concat(HexNumber().Matches(row.Action[list..]).Select(m => m.Groups[1].Value)));
        }
    }

    private static int ExpectedCode(MalformedVector row) => int.Parse(ErrorCode().Match(row.Action).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("error ([3-6][0-9]{2})")]
    private static partial Regex ErrorCode();

    [GeneratedRegex("0x([0-9a-f]{4})")]
    private static partial Regex HexNumber();
}
