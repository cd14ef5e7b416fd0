using IceSharp.Protocol.Tests.Turn;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Malformed;

/// <summary>Rows that reach a TURN client, given to the allocation machine.</summary>
public sealed class MalformedTurnClientTests
{
    private static readonly Dictionary<string, TurnFailure> Failures = new()
    {
        ["mf-051"] = TurnFailure.BadChallenge,
        ["mf-052"] = TurnFailure.BadChallenge,
        ["mf-064"] = TurnFailure.UnsupportedAlgorithm,
        ["mf-065"] = TurnFailure.UnsupportedAlgorithm,
        ["mf-066"] = TurnFailure.UnsupportedAlgorithm,
        ["mf-067"] = TurnFailure.BidDown,
    };

    private static readonly Dictionary<string, DropReason> DroppedIndications = new()
    {
        ["mf-131"] = DropReason.MalformedRelayData,
        ["mf-132"] = DropReason.MalformedRelayData,
        ["mf-133"] = DropReason.NoPermission,
    };

    private static readonly string[] Unauthenticated = ["mf-091", "mf-092"];

    internal static IEnumerable<string> Ids => MalformedRowsWithState.Scope
        .Where(v => v.Context.StartsWith("client: long-term", StringComparison.Ordinal) || v.Context.StartsWith("client: TURN allocation", StringComparison.Ordinal))
        .Select(v => v.Id);

    public static TheoryData<string> Challenges => VectorFile.Theory(Failures.Keys);

    public static TheoryData<string> Responses => VectorFile.Theory(Unauthenticated);

    public static TheoryData<string> Indications => VectorFile.Theory(DroppedIndications.Keys);

    [Fact]
    public void Every_row_for_a_turn_client_is_here() =>
        Failures.Keys.Concat(Unauthenticated).Concat(DroppedIndications.Keys).Should().BeEquivalentTo(Ids);

    [Theory]
    [MemberData(nameof(Challenges))]
    [Rfc("STUN-8489-9.2.5-a")]
    [Rfc("STUN-8489-9.2.5-e")]
    public void A_challenge_that_cannot_be_answered_ends_the_attempt(string id)
    {
        MalformedVector row = MalformedVector.ById(id);
        using var bench = new TurnBench(random: TransactionId(row));
        bench.Machine.Start(bench.Now);
        bench.Next().Should().NotBeNull();

        bench.Receive(row.Bytes);

        (bench.Machine.State, bench.Machine.Failure).Should().Be((TurnAllocationState.Failed, Failures[id]));
        bench.Next().Should().BeNull("it must not be tried again");
    }

    [Theory]
    [MemberData(nameof(Responses))]
    [Rfc("STUN-8489-9.2.5-k")]
    [Rfc("STUN-8489-9.2.5-l")]
    public void An_unauthenticated_response_to_an_authenticated_request_changes_nothing(string id)
    {
        MalformedVector row = MalformedVector.ById(id);
        using var bench = new TurnBench(random: ["0102030405060708090a0b0c", TransactionId(row)]);
        bench.Machine.Start(bench.Now);
        bench.Receive(TurnBench.Challenge(bench.Next()!));
        byte[] request = bench.Next()!;
        Deadline before = bench.Machine.NextTimeout;

        DatagramVerdict verdict = bench.Receive(row.Bytes);

        request.AsSpan(8, 12).SequenceEqual(row.Bytes.AsSpan(8, 12)).Should().BeTrue("the row answers this request");
        verdict.Should().Be(DatagramVerdict.Dropped(DropReason.Unauthenticated));
        (bench.Machine.State, bench.Machine.NextTimeout).Should().Be((TurnAllocationState.Allocating, before));
        bench.Receive(bench.Allocation(request));
        bench.Machine.State.Should().Be(TurnAllocationState.Allocated);
    }

    [Theory]
    [MemberData(nameof(Indications))]
    [Rfc("TURN-8656-11.4-a")]
    [Rfc("TURN-8656-11.4-b")]
    public void A_data_indication_that_lacks_something_is_dropped(string id)
    {
        using var bench = new TurnBench();
        bench.Allocate();
        bench.Permit("192.0.2.150");

        bench.Receive(MalformedVector.ById(id).Bytes).Should().Be(DatagramVerdict.Dropped(DroppedIndications[id]));

        bench.Next().Should().BeNull();
        bench.Events().Should().BeEmpty();
    }

    private static string TransactionId(MalformedVector row) => Convert.ToHexString(row.Bytes.AsSpan(8, 12));
}
