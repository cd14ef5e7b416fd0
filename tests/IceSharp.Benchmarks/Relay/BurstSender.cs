using System.Diagnostics;
using IceSharp.Benchmarks.Datapath;

namespace IceSharp.Benchmarks.Relay;

/// <summary>Sends at a constant rate in short bursts on the calling thread, and counts only the CPU time of the bursts: waiting for the next one is not the sender's.</summary>
internal static class BurstSender
{
    private const int Burst = 8;

    /// <summary>Sends.</summary>
    /// <returns>CPU time for a packet, in microseconds.</returns>
    public static double Send(int packets, int perSecond, Action send)
    {
        long gap = Burst * Stopwatch.Frequency / perSecond;
        long next = Stopwatch.GetTimestamp();
        TimeSpan cpu = TimeSpan.Zero;
        int sent = 0;
        while (sent < packets)
        {
            while (next - Stopwatch.GetTimestamp() is > 0 and long left)
            {
                Rest(left);
            }

            TimeSpan before = ThreadCpuClock.Now;
            for (int i = 0; i < Burst; i++)
            {
                send();
            }

            cpu += ThreadCpuClock.Now - before;
            sent += Burst;

            // What the thread lost to others is not caught up in one go.
            next = Math.Max(next + gap, Stopwatch.GetTimestamp() - (4 * gap));
        }

        return cpu.TotalMicroseconds / sent;
    }

    private static void Rest(long left)
    {
        if (left > Stopwatch.Frequency / 600)
        {
            Thread.Sleep(1);
        }
        else
        {
            Thread.Yield();
        }
    }
}
