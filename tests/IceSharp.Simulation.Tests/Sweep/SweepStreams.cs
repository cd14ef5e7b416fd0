namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>What a call carries.</summary>
public enum SweepStreams
{
    /// <summary>One stream of one component.</summary>
    One,

    /// <summary>One stream with RTP and RTCP.</summary>
    OneWithRtcp,

    /// <summary>Two streams of one component.</summary>
    Two,
}
