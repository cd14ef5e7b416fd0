using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Turn;

/// <summary>The ticket of an allocation, and its move to another address of the client (RFC 8016).</summary>
internal sealed class TurnMobility(TurnExchange exchange, TurnEventQueue events)
{
    private const int MaxTicketBytes = 700;
    private byte[] _ticket = [];

    public bool HasTicket => _ticket.Length > 0;

    /// <summary>Where a move goes; none while there is no move.</summary>
    public SocketHandle Target { get; private set; }

    /// <summary>Takes the ticket of a success, which replaces any older one; without one there is none any more.</summary>
    public void TakeTicket(in StunReader message)
    {
        bool has = message.TryFind(StunAttributeType.MobilityTicket, out StunAttribute ticket) && ticket.Value.Length is > 0 and <= MaxTicketBytes;
        _ticket = has ? ticket.Value.ToArray() : [];
    }

    public bool Move(SocketHandle target)
    {
        if (!HasTicket || !Target.IsNone || target == exchange.Socket)
        {
            return false;
        }

        Target = target;
        exchange.Enqueue(new TurnRequest(TurnRequestKind.Move) { Socket = target, Ticket = _ticket });
        return true;
    }

    /// <summary>The server knows the new address: everything goes there from now on, what was under way is asked for again.</summary>
    public void OnMoved(in StunReader message)
    {
        TakeTicket(message);
        exchange.Restart(Target);
        events.AddAlways(new TurnEvent(TurnEventKind.Moved) { Socket = Target });
        Target = default;
    }

    /// <summary>The move came to nothing: the old address stays in use (RFC 8016 §3.2).</summary>
    public void OnFailed(in TurnResult result)
    {
        if (Target.IsNone)
        {
            return;
        }

        if (!result.IsSilence && result.Failure != TurnFailure.StreamClosed)
        {
            // The server has looked at the ticket and does not take it.
            _ticket = [];
        }

        events.AddAlways(new TurnEvent(TurnEventKind.MoveFailed)
        {
            Socket = Target,
            Failure = result.Failure,
            ErrorCode = result.ErrorCode,
            ReasonPhrase = result.ReasonPhrase,
        });
        Target = default;
    }

    public void Clear()
    {
        _ticket = [];
        Target = default;
    }
}
