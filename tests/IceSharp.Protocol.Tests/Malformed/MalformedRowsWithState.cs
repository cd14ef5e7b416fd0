namespace IceSharp.Protocol.Tests.Malformed;

/// <summary>Who proves which row that needs more than the codec, and what the others wait for.</summary>
public sealed class MalformedRowsWithState
{
    private const string Reservations = "a server machine that reserves ports (EVEN-PORT, RESERVATION-TOKEN)";
    private const string DualAllocations = "a server machine with allocations of both families (ADDITIONAL-ADDRESS-FAMILY)";
    private const string TcpAllocations = "a server machine with TCP allocations (RFC 6062)";
    private const string ShortTermServer = "a server machine with short-term credentials; the agent's own credentials are of other lengths than the row's";

    /// <summary>Rows that no piece runs yet, and the piece that each waits for.</summary>
    internal static readonly IReadOnlyDictionary<string, string> Awaiting = new Dictionary<string, string>
    {
        ["mf-046"] = ShortTermServer,
        ["mf-047"] = ShortTermServer,
        ["mf-048"] = ShortTermServer,
        ["mf-071"] = "a server machine that looks at the length of USERHASH before it looks for the user",
        ["mf-087"] = "a usage that authenticates indications",
        ["mf-107"] = Reservations,
        ["mf-108"] = Reservations,
        ["mf-109"] = Reservations,
        ["mf-110"] = Reservations,
        ["mf-111"] = DualAllocations,
        ["mf-112"] = DualAllocations,
        ["mf-113"] = DualAllocations,
        ["mf-115"] = Reservations,
        ["mf-134"] = "a server machine that can set DF (DONT-FRAGMENT)",
        ["mf-137"] = TcpAllocations,
        ["mf-138"] = TcpAllocations,
        ["mf-139"] = "a server machine with mobility (RFC 8016)",
    };

    /// <summary>Rows of this scope: what a client, server or agent makes of a message that the codec takes.</summary>
    internal static IEnumerable<MalformedVector> Scope => MalformedVector.All.Where(v => v.Layer is "semantic" or "attribute");

    [Fact]
    public void Every_row_is_run_by_one_piece_or_awaits_one()
    {
        string[] run = [.. MalformedBindingClientTests.Ids, .. MalformedTurnClientTests.Ids, .. MalformedServerTests.Ids, .. MalformedAgentTests.Ids];

        run.Should().OnlyHaveUniqueItems();
        run.Concat(Awaiting.Keys).Should().BeEquivalentTo(Scope.Select(v => v.Id));
    }
}
