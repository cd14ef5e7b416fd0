namespace IceSharp.Protocol.Agent;

/// <summary>Takes streams and components out of use: checks end, routes close, sockets and allocations are given back; the stream keeps its place in descriptions.</summary>
internal sealed class StreamEnds(AgentContext context, Gatherer gatherer, CheckInitiator initiator, Restarts restarts)
{
    /// <summary>Ends a stream; does nothing when it has ended before.</summary>
    public void End(MonotonicTime now, AgentStream stream, IceStreamEnd why, string reason)
    {
        if (!stream.IsInUse)
        {
            return;
        }

        stream.End = why;
        stream.Current.PatienceIsOver = true;
        stream.Current.RemoteEnded = true;
        restarts.Abandon(stream);
        GiveUp(now, stream, reason);
        context.Events.Add(new StreamEnded(stream.Index, why, reason));
    }

    /// <summary>RTCP goes with RTP from now on; the other components are given up.</summary>
    public void Mux(MonotonicTime now, AgentStream stream)
    {
        if (stream.IsMuxed)
        {
            return;
        }

        stream.IsMuxed = true;
        GiveUp(now, stream, "RTCP goes with RTP on component 1");
        context.Events.Add(new RtcpMuxed(stream.Index));
    }

    private void GiveUp(MonotonicTime now, AgentStream stream, string reason)
    {
        foreach (StreamGeneration generation in stream.Generations)
        {
            GiveUp(stream, generation);
        }

        for (int component = 1; component <= stream.ComponentCount; component++)
        {
            if (!stream.Uses(component))
            {
                ChecklistProgress.Unroute(context, stream, component);
            }
        }

        gatherer.ReleaseUnused(now, stream, reason);
    }

    private void GiveUp(AgentStream stream, StreamGeneration generation)
    {
        Checklist list = generation.Checklist;
        foreach (CandidatePair pair in list.Pairs.Concat(list.Valid).Where(p => !stream.Uses(p.Component)).Distinct().ToArray())
        {
            initiator.Cancel(pair);
            list.RemoveValid(pair);
            list.Remove(pair);
        }

        generation.RemoteCandidates.RemoveAll(c => !stream.Uses(c.Component));
        generation.PendingRemoteCandidates.RemoveAll(c => !stream.Uses(c.Component));
        generation.EarlyChecks.RemoveAll(c => !stream.Uses(c.Base.Socket.Component));
    }
}
