//go:build (desktop || dev) && !bindings

package desktop

/*
#cgo linux pkg-config: gtk+-3.0
#include <gtk/gtk.h>

#define MOST 16

enum { AS_IT_IS, LIGHT, DARK, AS_THE_DESKTOP };

// What is done on GTK's own thread.
typedef struct {
	int colours;              // in
	int move;                 // in; what follows is where to
	int x, y, width, height;  // in
	int screens[MOST * 4];    // out
	int count;                // out
	GMutex lock;
	GCond done;
	int over;
	int left;                 // nobody waits any more
} task;

static GtkWindow *headgate(void) {
	GtkWindow *found = NULL;
	GList *all = gtk_window_list_toplevels();
	for (GList *one = all; one != NULL; one = one->next) {
		const char *title = gtk_window_get_title(GTK_WINDOW(one->data));
		if (title != NULL && g_strcmp0(title, "Headgate") == 0) {
			found = GTK_WINDOW(one->data);
		}
	}
	g_list_free(all);
	return found;
}

static void dispose(task *t) {
	g_mutex_clear(&t->lock);
	g_cond_clear(&t->done);
	g_free(t);
}

static void dress(int colours) {
	static const char *name = "gtk-application-prefer-dark-theme";
	GtkSettings *settings = gtk_settings_get_default();
	if (colours == AS_THE_DESKTOP) {
		gtk_settings_reset_property(settings, name);
	} else if (colours != AS_IT_IS) {
		g_object_set(settings, name, colours == DARK, NULL);
	}
}

static void look(task *t) {
	GdkDisplay *display = gdk_display_get_default();
	int count = gdk_display_get_n_monitors(display);
	for (int i = 0; i < count && i < MOST; i++) {
		GdkRectangle area;
		gdk_monitor_get_workarea(gdk_display_get_monitor(display, i), &area);
		t->screens[i * 4] = area.x;
		t->screens[i * 4 + 1] = area.y;
		t->screens[i * 4 + 2] = area.width;
		t->screens[i * 4 + 3] = area.height;
		t->count = i + 1;
	}
}

static gboolean run(gpointer data) {
	task *t = data;
	dress(t->colours);
	look(t);
	GtkWindow *window = headgate();
	if (t->move && window != NULL) {
		gtk_window_resize(window, t->width, t->height);
		gtk_window_move(window, t->x, t->y);
	}
	g_mutex_lock(&t->lock);
	int left = t->left;
	t->over = 1;
	g_cond_signal(&t->done);
	g_mutex_unlock(&t->lock);
	if (left) {
		dispose(t);
	}
	return G_SOURCE_REMOVE;
}

// stay is in the place of a window's show, once.
static void (*show)(GtkWidget *);

static void stay(GtkWidget *window) {
	GTK_WIDGET_GET_CLASS(window)->show = show;
	gtk_widget_realize(window); // as far as a window gets without being seen
}

static void withhold(void) {
	if (!gtk_init_check(NULL, NULL)) {
		return;
	}
	GtkWidgetClass *windows = GTK_WIDGET_CLASS(g_type_class_ref(GTK_TYPE_WINDOW));
	show = windows->show;
	windows->show = stay;
}

static task *prepare(int colours) {
	task *t = g_new0(task, 1);
	t->colours = colours;
	g_mutex_init(&t->lock);
	g_cond_init(&t->done);
	return t;
}

// perform returns 0 when GTK was busy for longer than a moment: then the task is left to
// it. It is queued even before GTK's loop runs: g_main_context_invoke would do it then
// and there, on a thread that isn't GTK's. It comes after what Wails queues, which
// centres the window.
static int perform(task *t) {
	g_idle_add_full(G_PRIORITY_DEFAULT_IDLE + 1, run, t, NULL);
	gint64 end = g_get_monotonic_time() + 2 * G_TIME_SPAN_SECOND;
	g_mutex_lock(&t->lock);
	while (!t->over && g_cond_wait_until(&t->done, &t->lock, end)) {
	}
	int over = t->over;
	t->left = !over;
	g_mutex_unlock(&t->lock);
	return over;
}
*/
import "C"

import (
	"os"
	"runtime"
)

// withhold keeps the window that is made next from showing up until it is asked for.
// Wails shows one that begins hidden, and hides it then: it flashes at each login. GTK
// has to begin for it, as Wails would have it: on this thread, and over X11 unless the
// session says something else.
func withhold() {
	runtime.LockOSThread()
	switch os.Getenv("XDG_SESSION_TYPE") {
	case "", "unspecified", "x11":
		if os.Getenv("GDK_BACKEND") == "" {
			_ = os.Setenv("GDK_BACKEND", "x11")
		}
	}
	C.withhold()
}

// screens returns what windows may stand on.
func screens() (list []rect) {
	t := C.prepare(C.AS_IT_IS)
	if C.perform(t) == 0 {
		return nil
	}
	defer C.dispose(t)
	for i := range int(t.count) {
		at := func(n int) int { return int(t.screens[4*i+n]) }
		list = append(list, rect{at(0), at(1), at(2), at(3)})
	}
	return list
}

// put moves the window to where it was, if that is known and there is a screen. Wayland
// lets no program choose its place.
func (p place) put() {
	fitting, ok := p.on(screens())
	if !ok || !p.kept || p.Maximised {
		return
	}
	t := C.prepare(C.AS_IT_IS)
	t.move = 1
	t.x, t.y, t.width, t.height = C.int(fitting.X), C.int(fitting.Y), C.int(fitting.Width), C.int(fitting.Height)
	if C.perform(t) != 0 {
		C.dispose(t)
	}
}

func nativePlace() (n [4]int) { return n }

// dress gives the window's frame and the page's idea of the system's colours.
func dress(c colours) {
	t := C.prepare(map[colours]C.int{coloursLight: C.LIGHT, coloursDark: C.DARK, coloursUnknown: C.AS_THE_DESKTOP}[c])
	if C.perform(t) != 0 {
		C.dispose(t)
	}
}
