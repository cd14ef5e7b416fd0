using IceSharp.Internal.Endpoints;
using IceSharp.Protocol;

namespace IceSharp.Internal.Driver;

/// <summary>Something that lives on a loop: it gets the datagrams of its endpoints and turns at its deadline. All members run on the loop's thread.</summary>
internal abstract class LoopMember
{
    /// <summary>When it wants a turn; set through <see cref="Loop.SetDeadline"/>.</summary>
    public MonotonicTime Deadline { get; set; } = MonotonicTime.Never;

    /// <summary>Place in the <see cref="DeadlineQueue"/>; negative outside.</summary>
    public int DeadlineIndex { get; set; } = -1;

    /// <summary>Whether it waits for <see cref="Pump"/> in this turn.</summary>
    public bool IsMarked { get; set; }

    /// <summary>Takes a datagram. An exception fails this member only.</summary>
    public abstract void HandleDatagram(Endpoint endpoint, MonotonicTime now, TransportAddress source, ReadOnlySpan<byte> datagram);

    /// <summary>Takes the end of a stream that this side has not closed.</summary>
    /// <param name="endpoint">The stream's endpoint.</param>
    /// <param name="now">The current time.</param>
    /// <param name="fault">What the other side did to have it cut off; null when it or the network ended it.</param>
    public virtual void HandleStreamEnded(Endpoint endpoint, MonotonicTime now, string? fault)
    {
    }

    /// <summary>Does what is due, gives out what there is to send and tell, and sets the next deadline.</summary>
    public abstract void Pump(MonotonicTime now);

    /// <summary>Ends the member after an exception of ours.</summary>
    public abstract void Fail(Exception reason);
}
