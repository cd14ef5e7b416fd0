using System.Globalization;
using IceSharp.Protocol.Stun.Binding;
using IceSharp.Protocol.Tests.Transactions;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Malformed;

/// <summary>Rows that answer an outstanding Binding request, given to the Binding machine.</summary>
public sealed class MalformedBindingClientTests
{
    private static readonly SocketHandle Socket = new(1);
    private static readonly TransportAddress Server = TransportAddress.Parse("192.0.2.5:3478");

    private static readonly Dictionary<string, BindingFailure> Failures = new()
    {
        ["unknown-comprehension-required"] = BindingFailure.UnknownAttribute,
        ["bad-family"] = BindingFailure.MalformedResponse,
        ["family-length-mismatch"] = BindingFailure.MalformedResponse,
        ["attribute-bad-length"] = BindingFailure.MalformedResponse,
        ["missing-attribute"] = BindingFailure.MalformedResponse,
        ["error-code-range"] = BindingFailure.MalformedResponse,
    };

    internal static IEnumerable<string> Ids => MalformedRowsWithState.Scope
        .Where(v => v.Context.StartsWith("client: Binding request", StringComparison.Ordinal) || v.Context == "client: no transaction with this ID")
        .Select(v => v.Id);

    public static TheoryData<string> Rows => VectorFile.Theory(Ids);

    [Theory]
    [MemberData(nameof(Rows))]
    [Rfc("STUN-8489-6.3.3-a")]
    [Rfc("STUN-8489-6.3.3-b")]
    [Rfc("STUN-8489-6.3.3-c")]
    [Rfc("STUN-8489-6.3.4-a")]
    [Rfc("STUN-8489-6.3-c")]
    [Rfc("STUN-8489-14-f")]
    public void The_transaction_ends_as_listed(string id)
    {
        MalformedVector row = MalformedVector.ById(id);
        bool unasked = row.Reason == "unmatched-transaction";
        var machine = new BindingMachine(
            new BindingSettings { AcceptRfc3489Servers = false }, Server, Socket,
            new ScriptedRandomSource(unasked ? "ff" : Convert.ToHexString(row.Bytes.AsSpan(8, 12))));
        machine.Start(MonotonicTime.Zero);
        machine.TryGetTransmit(MonotonicTime.Zero, new byte[1500], out _).Should().BeTrue();

        DatagramVerdict verdict = machine.HandleDatagram(MonotonicTime.Zero, new TransportPath(Socket, Server), row.Bytes);

        if (unasked)
        {
            verdict.Should().Be(DatagramVerdict.Dropped(DropReason.UnmatchedResponse));
            machine.State.Should().Be(BindingState.Waiting);
        }
        else if (row.IsRejected)
        {
            (machine.State, machine.Failure, machine.ErrorCode).Should().Be((BindingState.Failed, Failures[row.Reason], 0));
            machine.NextTimeout.Should().Be(Deadline.Never, "it fails at once, not with the timer");
        }
        else if (row.Action.StartsWith("mapped address ", StringComparison.Ordinal))
        {
            (machine.State, machine.MappedAddress).Should().Be((BindingState.Succeeded, TransportAddress.Parse(row.Action.Split(' ')[2])));
        }
        else
        {
            int code = int.Parse(row.Action.AsSpan("code ".Length, 3), NumberStyles.None, CultureInfo.InvariantCulture);
            (machine.State, machine.Failure, machine.ErrorCode).Should().Be((BindingState.Failed, BindingFailure.ErrorResponse, code));
        }
    }
}
