using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>Keeps NAT bindings of pairs in use alive: a Binding indication after Tr of silence (RFC 8445 §11).</summary>
internal sealed class Keepalives(AgentContext context, ConsentFreshness consent)
{
    public MonotonicTime NextDeadline
    {
        get
        {
            MonotonicTime next = MonotonicTime.Never;
            foreach (AgentStream stream in context.Streams)
            {
                for (int component = 1; component <= stream.ComponentCount; component++)
                {
                    next = MonotonicTime.Min(next, DueAt(stream, component));
                }
            }

            return next;
        }
    }

    public void HandleTimeout(MonotonicTime now)
    {
        foreach (AgentStream stream in context.Streams)
        {
            for (int component = 1; component <= stream.ComponentCount; component++)
            {
                if (now >= DueAt(stream, component))
                {
                    Send(now, stream, component);
                }
            }
        }
    }

    // A merely valid pair is kept alive too: data may flow on it at any moment. Requests for consent do that where they run (RFC 7675 §4).
    private MonotonicTime DueAt(AgentStream stream, int component) =>
        stream.Route(component) is null || consent.Covers(stream, component) ? MonotonicTime.Never : stream.LastSent(component) + context.Options.KeepaliveInterval;

    private void Send(MonotonicTime now, AgentStream stream, int component)
    {
        Span<byte> buffer = stackalloc byte[CheckMessages.MaxBytes];
        StunTransactionId id = StunTransactionId.Create(context.Random);
        context.Outbox.Add(stream.RouteBase(component)!, stream.Route(component)!.Peer, CheckMessages.Keepalive(buffer, id));
        stream.NoteSent(component, now);
    }
}
