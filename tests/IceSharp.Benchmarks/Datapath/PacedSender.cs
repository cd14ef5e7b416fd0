using System.Diagnostics;

namespace IceSharp.Benchmarks.Datapath;

/// <summary>Sends at a constant rate on the calling thread: each packet at its time, without bursts to catch up beyond what the thread lost.</summary>
internal static class PacedSender
{
    public static void Send(int packets, int perSecond, Action send)
    {
        long gap = Stopwatch.Frequency / perSecond;
        long next = Stopwatch.GetTimestamp();
        for (int i = 0; i < packets; i++)
        {
            Await(next);
            send();
            next = Math.Max(next + gap, Stopwatch.GetTimestamp() - (4 * gap));
        }
    }

    private static void Await(long instant)
    {
        // Sleeping is late by a tenth of a millisecond; the rest is spent turning.
        while (instant - Stopwatch.GetTimestamp() is > 0 and long left)
        {
            if (left > Stopwatch.Frequency / 600)
            {
                Thread.Sleep(1);
            }
            else
            {
                Thread.SpinWait(20);
            }
        }
    }
}
