namespace IceSharp.Benchmarks.Datapath;

/// <summary>Allocation per packet of the calls an application makes: send, and receive by awaiting.</summary>
internal static class AllocationProbe
{
    private const int Packets = 20_000;

    /// <summary>Bytes a <see cref="IceConnection.TrySend"/> allocates on the sending thread.</summary>
    public static double Send(IceConnection connection, byte[] packet)
    {
        connection.TrySend(packet);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Packets; i++)
        {
            connection.TrySend(packet);
        }

        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Packets;
    }

    /// <summary>Bytes the whole process allocates for a packet sent and received by <see cref="IceConnection.ReceiveAsync"/>, each awaited before it comes.</summary>
    public static async Task<double> PingPongAsync(IceConnection from, IceConnection to, byte[] packet)
    {
        byte[] buffer = new byte[2048];
        await ExchangeAsync(from, to, packet, buffer, Packets / 4);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await ExchangeAsync(from, to, packet, buffer, Packets);
        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Packets;
    }

    private static async Task ExchangeAsync(IceConnection from, IceConnection to, byte[] packet, byte[] buffer, int packets)
    {
        for (int i = 0; i < packets; i++)
        {
            ValueTask<int> arrival = to.ReceiveAsync(buffer);
            from.TrySend(packet);
            await arrival;
        }
    }
}
