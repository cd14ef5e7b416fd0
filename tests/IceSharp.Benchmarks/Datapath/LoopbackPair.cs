using System.Diagnostics;
using IceSharp.Protocol;

namespace IceSharp.Benchmarks.Datapath;

/// <summary>Two agents on 127.0.0.1, host candidates only.</summary>
internal sealed class LoopbackPair : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly IceAgent _left;
    private readonly IceAgent _right;

    private LoopbackPair(bool portable)
    {
        var options = new IceAgentOptions
        {
            AllowLoopback = true,
            AddressFilter = address => address.Address == IpAddress.LoopbackV4,
            SharePacing = false,
            UsePortableSockets = portable,
        };
        _left = new IceAgent(options);
        _right = new IceAgent(options);
    }

    public IceConnection Left => _left.DataStreams[0].Rtp.Connection;

    public IceConnection Right => _right.DataStreams[0].Rtp.Connection;

    /// <summary>Time from both having the other's description until a datagram of the left arrived.</summary>
    public TimeSpan FirstDatagram { get; private set; }

    /// <summary>Time from both having the other's description until both have a nominated pair.</summary>
    public TimeSpan Nominated { get; private set; }

    /// <summary>Gathers and connects; the clock runs from the moment both have the other's description.</summary>
    public static async Task<LoopbackPair> ConnectAsync(bool portable = false)
    {
        var pair = new LoopbackPair(portable);
        IceDescription offer = await pair._left.GatherAllAsync().WaitAsync(Patience);
        pair._right.SetRemoteDescription(offer);
        IceDescription answer = await pair._right.GatherAllAsync().WaitAsync(Patience);
        await pair.MeasureAsync(answer);
        return pair;
    }

    public async ValueTask DisposeAsync()
    {
        await _left.DisposeAsync();
        await _right.DisposeAsync();
    }

    private async Task MeasureAsync(IceDescription answer)
    {
        byte[] buffer = new byte[64];
        Task<int> arrival = Right.ReceiveAsync(buffer).AsTask();
        long start = Stopwatch.GetTimestamp();
        _left.SetRemoteDescription(answer);
        IceConnection sender = await _left.ConnectAsync().WaitAsync(Patience);
        sender.TrySend("first"u8);
        await arrival.WaitAsync(Patience);
        FirstDatagram = Stopwatch.GetElapsedTime(start);
        await Task.WhenAll(Left.Completed, Right.Completed).WaitAsync(Patience);
        Nominated = Stopwatch.GetElapsedTime(start);
    }
}
