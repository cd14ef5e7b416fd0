using System.Net.WebSockets;
using IceSharp.Samples.BrowserPeer.Sessions;

namespace IceSharp.Samples.BrowserPeer.Web;

/// <summary>The WebSocket at <c>/session</c>: each is one session, and ends with it.</summary>
/// <param name="options">The command line.</param>
/// <param name="stopping">The program ends.</param>
internal sealed class SessionEndpoint(BrowserPeerOptions options, CancellationToken stopping)
{
    private const int MaxSessions = 16;

    private int _sessions;

    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path != "/session")
        {
            await next(context);
            return;
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            await context.Response.WriteAsync("Sessions are WebSockets.", context.RequestAborted);
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _sessions) > MaxSessions)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
            await RunAsync(new MessageSocket(socket), end);
        }
        finally
        {
            Interlocked.Decrement(ref _sessions);
        }
    }

    private async Task RunAsync(MessageSocket messages, CancellationTokenSource end)
    {
        Task writing = messages.WriteAllAsync(end.Token);
        try
        {
            await using BrowserSession session = new(options, messages, end.Token);
            await session.RunAsync();
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The page is closed, or the program ends: the session has gone with it.
        }

        messages.EndSending();
        await Task.WhenAny(writing, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        await end.CancelAsync();
        await writing;
    }
}
