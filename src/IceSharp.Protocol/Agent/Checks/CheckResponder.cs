using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>Checks as STUN server: authenticates, answers, and hands on what a check tells (RFC 8445 §7.3).</summary>
/// <remarks>An unauthenticated request costs one HMAC at most, one error response, and no state.</remarks>
internal sealed class CheckResponder(AgentContext context, CheckConclusions conclusions, TriggeredChecks triggered)
{
    private const int MaxRoleSwitches = 8;

    private readonly RecentRequests _recent = new(capacity: 64);
    private int _roleSwitches;

    /// <summary>Handles a Binding request whose FINGERPRINT is right.</summary>
    public DatagramVerdict HandleRequest(MonotonicTime now, CandidateBase arrivedAt, TransportAddress source, in StunReader request)
    {
        if (!arrivedAt.IsUsable)
        {
            // The policy keeps this address back: it does not even show by answering.
            return DatagramVerdict.Dropped(DropReason.UnacceptedSource);
        }

        StunTransactionId id = request.TransactionId;
        if (!Authenticate(arrivedAt.Socket.Stream, request, out StreamGeneration? generation, out int code, out ReadOnlySpan<byte> remoteUfrag))
        {
            SendError(arrivedAt, source, id, code, code == 400 ? "Bad Request" : "Unauthenticated", key: null);
            return DatagramVerdict.Dropped(DropReason.Unauthenticated);
        }

        if (IsBetweenSessions(generation, remoteUfrag))
        {
            SendError(arrivedAt, source, id, 400, "Another Session", generation.LocalKey);
            return DatagramVerdict.Dropped(DropReason.Unauthenticated);
        }

        arrivedAt.Accept(source);
        generation.LastRequestAt = now;
        if (request.Has(StunAttributeType.UseCandidate))
        {
            generation.NoteNomination(now);
        }

        Span<StunAttributeType> unknown = stackalloc StunAttributeType[16];
        int unknownCount = StunComprehension.CollectUnknown(request, unknown);
        if (unknownCount > 0)
        {
            SendError(arrivedAt, source, id, 420, "Unknown Attribute", generation.LocalKey, unknown[..unknownCount]);
            return DatagramVerdict.Consumed;
        }

        if (request.GetUInt32(StunAttributeType.Priority, out uint priority) != StunAttributeStatus.Ok)
        {
            SendError(arrivedAt, source, id, 400, "Bad Request", generation.LocalKey);
            return DatagramVerdict.Consumed;
        }

        // The peer repeats a request whose answer was lost: same answer, nothing new (RFC 8489 §6.3.1).
        bool repeated = _recent.Contains(id, source);
        if (!repeated && !ResolveRoleConflict(request))
        {
            SendError(arrivedAt, source, id, 487, "Role Conflict", generation.LocalKey);
            return DatagramVerdict.Consumed;
        }

        bool useCandidate = request.GetFlag(StunAttributeType.UseCandidate) == StunAttributeStatus.Ok;
        if (useCandidate && !IsAccepted(generation, arrivedAt, source))
        {
            SendError(arrivedAt, source, id, 400, "Nomination Refused", generation.LocalKey);
            return DatagramVerdict.Consumed;
        }

        Span<byte> buffer = stackalloc byte[CheckMessages.MaxBytes];
        context.Outbox.Add(arrivedAt, source, CheckMessages.Success(buffer, id, source, generation.LocalKey));
        if (!repeated)
        {
            _recent.Add(id, source);
            triggered.OnCheck(now, new EarlyCheck(generation, arrivedAt, source, IcePriority.Clamp(priority), useCandidate, remoteUfrag.ToArray())
            {
                Nomination = request.GetUInt32(StunAttributeType.Nomination, out uint nomination) == StunAttributeStatus.Ok ? nomination & 0xFFFFFF : null,
            });
        }

        generation.Checklist.FindPath(arrivedAt, source)?.Counters.NoteAnswered(now);
        return DatagramVerdict.Consumed;
    }

    // Presence, then username, then integrity (RFC 8489 §9.1.3). Only the half before the colon has to be ours.
    private static bool Authenticate(
        AgentStream stream, in StunReader request, [NotNullWhen(true)] out StreamGeneration? generation, out int code, out ReadOnlySpan<byte> remoteUfrag)
    {
        code = 400;
        generation = null;
        remoteUfrag = default;
        if (!request.HasIntegrity || request.GetBytes(StunAttributeType.Username, out ReadOnlySpan<byte> username) != StunAttributeStatus.Ok)
        {
            return false;
        }

        int colon = username.IndexOf((byte)':');
        code = 401;
        if (colon < 0 || stream.FindGeneration(username[..colon], username[(colon + 1)..]) is not { } named || request.VerifyIntegrity(named.LocalKey) != StunIntegrityStatus.Ok)
        {
            return false;
        }

        generation = named;
        remoteUfrag = username[(colon + 1)..];
        return true;
    }

    // A peer that restarts may send checks from its new session to our old credentials before it has our answer. Answered, it
    // would take that half-old path for good, and refuse the checks of the new session on it; refused, it gives the path up.
    private static bool IsBetweenSessions(StreamGeneration named, ReadOnlySpan<byte> remoteUfrag)
    {
        StreamGeneration newest = named.Stream.Newest;
        return (!ReferenceEquals(named, newest) && newest.IsWith(remoteUfrag)) || IsOfBranchLeft(named, remoteUfrag);
    }

    // Another branch of a forked offer, which shows our credentials too, gave way to this one: answers would keep its consent alive.
    private static bool IsOfBranchLeft(StreamGeneration named, ReadOnlySpan<byte> remoteUfrag) =>
        named.Remote is not null && !named.IsWith(remoteUfrag) && named.Stream.IsPastRemote(System.Text.Encoding.ASCII.GetString(remoteUfrag));

    // RFC 8445 §7.3.1.5: a controlled agent that does not accept a nomination answers with an error.
    private bool IsAccepted(StreamGeneration generation, CandidateBase arrivedAt, TransportAddress source) =>
        context.Role.Current != IceRole.Controlled
        || generation.CandidateOf(arrivedAt) is not { } local
        || context.Options.Nomination.Accepts(local.Info, source);

    // True when the request may go on, with the role perhaps switched (RFC 8445 §7.3.1.1).
    private bool ResolveRoleConflict(in StunReader request)
    {
        if (context.Options.IsLite)
        {
            return true;
        }

        if (context.Role.IsControlling && request.GetUInt64(StunAttributeType.IceControlling, out ulong controlling) == StunAttributeStatus.Ok)
        {
            if (context.Role.TieBreaker >= controlling || !MaySwitch())
            {
                return false;
            }

            conclusions.SwitchTo(IceRole.Controlled, "the peer controls too and has the larger tie-breaker");
        }
        else if (context.Role.Current == IceRole.Controlled && request.GetUInt64(StunAttributeType.IceControlled, out ulong controlled) == StunAttributeStatus.Ok)
        {
            if (context.Role.TieBreaker < controlled || !MaySwitch())
            {
                return false;
            }

            conclusions.SwitchTo(IceRole.Controlling, "neither agent controls and the own tie-breaker is the larger one");
        }

        return true;
    }

    // A peer that shows another role with each check would have the lists sorted anew for ever.
    private bool MaySwitch()
    {
        if (_roleSwitches >= MaxRoleSwitches)
        {
            context.Limits.Note(IceAgentLimit.RoleSwitches);
            return false;
        }

        _roleSwitches++;
        return true;
    }

    private void SendError(
        CandidateBase arrivedAt, TransportAddress source, in StunTransactionId id, int code, string reason, StunIntegrityKey? key, ReadOnlySpan<StunAttributeType> unknown = default)
    {
        Span<byte> buffer = stackalloc byte[CheckMessages.MaxBytes];
        context.Outbox.Add(arrivedAt, source, CheckMessages.Error(buffer, id, code, reason, key, unknown));
    }
}
