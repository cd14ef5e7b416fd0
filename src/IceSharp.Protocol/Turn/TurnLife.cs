namespace IceSharp.Protocol.Turn;

/// <summary>The state of an allocation: which moves are legal, why the last one was made, and who is told.</summary>
internal sealed class TurnLife(TurnEventQueue events, TurnRelays relays)
{
    // Row: from; column: to.
    private static readonly bool[,] LegalMoves =
    {
        // Idle, Allocating, Allocated, Closing, Closed, Failed, Lost, Reallocating
        { false, true, false, false, true, true, false, false },
        { false, false, true, true, true, true, false, false },
        { false, false, false, true, false, false, true, true },
        { false, false, false, false, true, true, true, false },
        { false, false, false, false, false, false, false, false },
        { false, false, false, false, false, false, false, false },
        { false, false, false, false, false, false, false, false },
        { false, false, true, true, true, false, true, false },
    };

    public TurnAllocationState State { get; private set; }

    public TurnFailure Failure { get; private set; }

    public int ErrorCode { get; private set; }

    public string? ReasonPhrase { get; private set; }

    public bool IsOver => State is TurnAllocationState.Closed or TurnAllocationState.Failed or TurnAllocationState.Lost;

    /// <summary>Whether requests and permissions of the allocation still count.</summary>
    public bool IsActive => State is TurnAllocationState.Idle or TurnAllocationState.Allocating or TurnAllocationState.Allocated or TurnAllocationState.Reallocating;

    public void MoveTo(TurnAllocationState next, in TurnResult why)
    {
        if (!LegalMoves[(int)State, (int)next])
        {
            throw new InvalidOperationException($"An allocation does not move from {State} to {next}.");
        }

        bool isAnother = State == TurnAllocationState.Reallocating;
        State = next;
        if (next == TurnAllocationState.Allocated)
        {
            // What was lost before does not count any more.
            (Failure, ErrorCode, ReasonPhrase) = (TurnFailure.None, 0, null);
        }

        if (why.Failure != TurnFailure.None)
        {
            Failure = why.Failure;
            ErrorCode = why.ErrorCode;
            ReasonPhrase = why.ReasonPhrase;
        }

        if (next == TurnAllocationState.Allocated)
        {
            events.AddAlways(new TurnEvent(isAnother ? TurnEventKind.Reallocated : TurnEventKind.Allocated)
            {
                RelayedAddress = relays.First,
                FormerRelayedAddress = isAnother ? relays.Former : null,
            });
        }
        else if (EventOf(next) is { } kind)
        {
            events.AddAlways(new TurnEvent(kind) { Failure = Failure, ErrorCode = ErrorCode, ReasonPhrase = ReasonPhrase });
        }
    }

    private static TurnEventKind? EventOf(TurnAllocationState state) => state switch
    {
        TurnAllocationState.Closed => TurnEventKind.Closed,
        TurnAllocationState.Failed => TurnEventKind.Failed,
        TurnAllocationState.Lost => TurnEventKind.Lost,
        _ => null,
    };
}
