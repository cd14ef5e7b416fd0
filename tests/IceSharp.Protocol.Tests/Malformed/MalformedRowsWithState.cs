namespace IceSharp.Protocol.Tests.Malformed;

/// <summary>Who proves which row that needs more than the codec, and why the others are not run.</summary>
public sealed class MalformedRowsWithState
{
    private const string TcpAllocations = "the server machine of the test kit speaks UDP only and has no TCP allocations (RFC 6062): ConnectionBind does not exist there";

    /// <summary>Rows that no piece runs, and why.</summary>
    internal static readonly IReadOnlyDictionary<string, string> Awaiting = new Dictionary<string, string>
    {
        ["mf-137"] = TcpAllocations,
        ["mf-138"] = TcpAllocations,
        ["mf-139"] = "the server machine of the test kit has no mobility (RFC 8016), so that MOBILITY-TICKET is an unknown optional attribute to it",
    };

    /// <summary>Rows of this scope: what a client, server or agent makes of a message that the codec takes.</summary>
    internal static IEnumerable<MalformedVector> Scope => MalformedVector.All.Where(v => v.Layer is "semantic" or "attribute");

    [Fact]
    public void Every_row_is_run_by_one_piece_or_says_why_not()
    {
        string[] run = [.. MalformedBindingClientTests.Ids, .. MalformedTurnClientTests.Ids, .. MalformedServerTests.Ids, .. MalformedAgentTests.Ids];

        run.Should().OnlyHaveUniqueItems();
        run.Concat(Awaiting.Keys).Should().BeEquivalentTo(Scope.Select(v => v.Id));
    }
}
