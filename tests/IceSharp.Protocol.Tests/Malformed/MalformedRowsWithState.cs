namespace IceSharp.Protocol.Tests.Malformed;

/// <summary>Who proves which row that needs more than the codec.</summary>
public sealed class MalformedRowsWithState
{
    /// <summary>Rows of this scope: what a client, server or agent makes of a message that the codec takes.</summary>
    internal static IEnumerable<MalformedVector> Scope => MalformedVector.All.Where(v => v.Layer is "semantic" or "attribute");

    [Fact]
    public void Every_row_is_run_by_one_piece()
    {
        string[] run = [.. MalformedBindingClientTests.Ids, .. MalformedTurnClientTests.Ids, .. MalformedServerTests.Ids, .. MalformedAgentTests.Ids];

        run.Should().OnlyHaveUniqueItems();
        run.Should().BeEquivalentTo(Scope.Select(v => v.Id));
    }
}
