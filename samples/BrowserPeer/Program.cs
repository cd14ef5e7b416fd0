using System.Globalization;
using System.Net;
using IceSharp.Samples.BrowserPeer;
using IceSharp.Samples.BrowserPeer.Web;
using IceSharp.Samples.Terminal;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    BrowserPeerOptions options = BrowserPeerOptions.Parse(args);

    // The empty builder reads no settings from files or the environment: nothing else than loopback is ever listened on.
    WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
    builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
    {
        server.AddServerHeader = false;
        server.Listen(IPAddress.Loopback, options.Port);
    });
    await using WebApplication app = builder.Build();
    app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(10), KeepAliveTimeout = TimeSpan.FromSeconds(20) });
    app.Use(LocalRequests.AdmitAsync);
    app.Use(new SessionEndpoint(options, app.Lifetime.ApplicationStopping).AnswerAsync);
    app.Run(PageFiles.AnswerAsync);

    await app.StartAsync();
    Console.WriteLine($"listening on {app.Urls.First()}");
    await app.WaitForShutdownAsync();
    return 0;
}
catch (UsageException fault)
{
    Console.Error.WriteLine($"{fault.Message}{Environment.NewLine}{Environment.NewLine}{BrowserPeerOptions.Usage}");
    return 2;
}
catch (IOException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}
