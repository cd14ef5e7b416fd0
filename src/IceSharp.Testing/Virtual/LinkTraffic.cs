using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Sends packets across links: draws losses and delays. Draws only where chance plays a part, so that a lossless link shifts no draws.</summary>
internal sealed class LinkTraffic(SeededRandomSource random)
{
    private const int FragmentHeaderBytes = 20;

    /// <summary>Takes a packet across one direction of a link.</summary>
    /// <param name="options">The conditions.</param>
    /// <param name="direction">What the direction remembers.</param>
    /// <param name="datagram">The packet; cut into fragments where it must be.</param>
    /// <param name="at">When it comes to the link; moved to when it has crossed it.</param>
    /// <param name="mayFragment">Whether it may be cut here.</param>
    /// <returns>Why it does not arrive, or null.</returns>
    public PacketFate? Cross(LinkOptions options, LinkDirection direction, VirtualDatagram datagram, ref MonotonicTime at, bool mayFragment)
    {
        if (ReferenceEquals(options, LinkOptions.Perfect))
        {
            return null;
        }

        if (options.MtuBytes > 0 && datagram.Protocol == IpProtocol.Udp && datagram.PacketBytes > options.MtuBytes && datagram.Fragments == 1)
        {
            if (!mayFragment)
            {
                return PacketFate.TooBig;
            }

            datagram.Fragments = 1 + ((datagram.PacketBytes - FragmentHeaderBytes - 1) / (options.MtuBytes - FragmentHeaderBytes));
        }

        if (IsLost(options, direction, datagram.Fragments))
        {
            return PacketFate.Lost;
        }

        if (options.BitsPerSecond > 0 && !TryQueue(options, direction, datagram.PacketBytes, ref at))
        {
            return PacketFate.QueueFull;
        }

        at += Delay(options, datagram);
        return null;
    }

    /// <summary>Whether a datagram comes out of a link twice.</summary>
    public bool IsDuplicated(LinkOptions options) => options.Duplication > 0 && random.NextDouble() < options.Duplication;

    private bool IsLost(LinkOptions options, LinkDirection direction, int fragments)
    {
        bool lost = options.Loss >= 1;
        for (int i = 0; i < fragments && !lost; i++)
        {
            lost = (options.Loss > 0 && random.NextDouble() < options.Loss)
                || (options.Bursts is { } bursts && IsLostInBurst(bursts, direction))
                || (fragments > 1 && options.FragmentLoss > 0 && random.NextDouble() < options.FragmentLoss);
        }

        return lost;
    }

    private bool IsLostInBurst(BurstLoss bursts, LinkDirection direction)
    {
        if (random.NextDouble() < (direction.IsBad ? bursts.Leave : bursts.Enter))
        {
            direction.IsBad = !direction.IsBad;
        }

        return random.NextDouble() < (direction.IsBad ? bursts.LossWhenBad : bursts.LossWhenGood);
    }

    private static bool TryQueue(LinkOptions options, LinkDirection direction, int bytes, ref MonotonicTime at)
    {
        MonotonicTime start = MonotonicTime.Max(at, direction.FreeAt);
        double waiting = (start - at).TotalSeconds * options.BitsPerSecond / 8;
        if (waiting > options.QueueBytes)
        {
            return false;
        }

        at = direction.FreeAt = start + TimeSpan.FromTicks(bytes * 8 * TimeSpan.TicksPerSecond / options.BitsPerSecond);
        return true;
    }

    private TimeSpan Delay(LinkOptions options, VirtualDatagram datagram)
    {
        TimeSpan delay = DelayOfOne(options);
        for (int i = 1; i < datagram.Fragments; i++)
        {
            TimeSpan other = DelayOfOne(options);
            datagram.AreFragmentsOutOfOrder |= other < delay;
            delay = other > delay ? other : delay;
        }

        return delay;
    }

    private TimeSpan DelayOfOne(LinkOptions options)
    {
        TimeSpan delay = options.Delay;
        if (options.Jitter > TimeSpan.Zero)
        {
            delay += new TimeSpan((long)(options.Jitter.Ticks * random.NextDouble()));
        }

        return options.Reordering > 0 && random.NextDouble() < options.Reordering ? delay + options.ReorderingDelay : delay;
    }
}
