using IceSharp.Protocol.Stun.Binding;
using IceSharp.Protocol.Turn;

namespace IceSharp.Protocol.Agent;

/// <summary>One place of a server asked from one socket: a Binding, or an allocation with everything that lives on it.</summary>
internal sealed class GatheringTask(ServerQuest quest, ServerPlace place)
{
    /// <summary>What it is part of: the server may have several places.</summary>
    public ServerQuest Quest { get; } = quest;

    public ServerPlace Place { get; } = place;

    public LocalSocket Socket => Quest.Socket;

    public IceServerSettings Server => Quest.Server;

    public TransportAddress ServerAddress => Place.Address;

    /// <summary>Rank of the server in the configuration, best 0.</summary>
    public int ServerIndex => Quest.ServerIndex;

    /// <summary>Whether a relayed address is asked for, or the mapped one only.</summary>
    public bool IsTurn { get; init; }

    /// <summary>The family that the relay is asked for; none leaves it to the server.</summary>
    public IpFamily RelayedFamily { get; init; }

    /// <summary>Asks for the mapped address; null for TURN, and before the first packet.</summary>
    public BindingMachine? Binding { get; set; }

    /// <summary>Holds the relayed address; null for STUN, and before the first packet.</summary>
    public TurnAllocationMachine? Allocation { get; set; }

    /// <summary>The name of the connection to the server; none over UDP.</summary>
    public SocketHandle Stream { get; init; }

    /// <summary>Whether that connection stands.</summary>
    public bool HasStream { get; set; }

    /// <summary>What everything to and from the server goes by.</summary>
    public SocketHandle Handle => Stream.IsNone ? Socket.Handle : Stream;

    /// <summary>The base that the allocation became.</summary>
    public CandidateBase? RelayBase { get; set; }

    /// <summary>When the first packet left; null before.</summary>
    public MonotonicTime? StartedAt { get; set; }

    /// <summary>When its allocation began to be released because nobody uses it any more; null while it is used.</summary>
    public MonotonicTime? RetiredAt { get; set; }

    /// <summary>Whether a restart waits for that release to ask the server anew.</summary>
    public bool IsWantedAgain { get; set; }

    /// <summary>Whether gathering waits for it no longer.</summary>
    public bool IsDone { get; set; }

    /// <summary>When gathering waits for it no longer; Never before the first packet and after the end.</summary>
    public MonotonicTime GivesUpAt { get; set; } = MonotonicTime.Never;

    /// <summary>Whether it ended without an answer: a Binding that nobody waits for is not repeated.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>When the NAT on the way to the server is kept from forgetting it next; Never while that is not needed.</summary>
    public MonotonicTime KeepaliveAt { get; set; } = MonotonicTime.Never;

    /// <summary>Whether an indication that does so waits to be sent.</summary>
    public bool OwesKeepalive { get; set; }

    /// <summary>Whether a transaction of gathering waits for a slot of Ta: the first request, or its repeat after a challenge.</summary>
    public bool WantsSlot => !IsDone && (StartedAt is null || Allocation?.HasPendingStart == true);

    /// <summary>Whether a transaction that keeps a relay usable waits for the gate: a permission, a refresh.</summary>
    public bool WantsPassage => IsDone && Allocation?.HasPendingStart == true;

    public Deadline NextTimeout
    {
        get
        {
            Deadline own = (IsAbandoned ? null : Binding?.NextTimeout) ?? Allocation?.NextTimeout ?? Deadline.Never;
            own = Deadline.Min(own, new Deadline(GivesUpAt, TimerReason.Transaction));
            return Deadline.Min(own, new Deadline(KeepaliveAt, TimerReason.ServerBindingKeepalive));
        }
    }
}
